import { expect, test } from "bun:test";
import type { Diagnosis, DiagnosisFinding } from "#process/diagnosis.ts";
import { diagnosisText } from "#process/diagnosis-text.ts";

const well: Diagnosis = { findings: [], place: "shared", containers: [], apps: [], capabilities: [] };
const finding: DiagnosisFinding = {
  id: "no-app",
  severity: "error",
  title: "It is so",
  seen: "One two three four five six seven eight nine ten.",
  why: "It matters.",
  fix: "Do this:\nspec:\n  shareProcessNamespace: true",
  container: null,
  process: null,
};
const text = (findings: readonly DiagnosisFinding[], verbose = false) =>
  diagnosisText({ ...well, findings }, { width: 40, verbose });

test("nothing is said to be nothing", () => {
  expect(text([])).toBe("No findings\n");
});

test("a finding is sentences that are wrapped, and lines that are not", () => {
  expect(text([finding])).toBe(`1 error

ERROR  It is so  [no-app]
  Seen  One two three four five six
        seven eight nine ten.
  Why   It matters.
  Fix   Do this:
          spec:
            shareProcessNamespace: true
`);
});

test("they are counted by severity", () => {
  const findings = [finding, { ...finding, severity: "info" as const }, { ...finding, severity: "info" as const }];
  expect(text(findings)).toStartWith("1 error, 2 notes\n\nERROR  ");
  expect(text(findings)).toContain("\nNOTE  It is so");
});

test("what apps call themselves cannot act on the terminal", () => {
  const hostile = "\u001b[2Jname";
  const shown = text([{ ...finding, title: hostile, seen: hostile, fix: `${hostile}\n${hostile}` }]);
  expect(shown).not.toContain("\u001b");
  expect(shown.split("\\x1b[2Jname")).toHaveLength(5);
});

test("titles may be painted, by severity", () => {
  const paint = (severity: string, title: string) => `<${severity}>${title}</>`;
  expect(diagnosisText({ ...well, findings: [finding] }, { width: 80, verbose: false, paint })).toContain(
    "<error>ERROR  It is so</>  [no-app]\n",
  );
});

test("verbose adds what was looked at", () => {
  const diagnosis: Diagnosis = {
    ...well,
    apps: [
      {
        name: "web",
        pid: 9,
        id: "9-1",
        container: "web",
        profile: "nginx",
        terminate: "caught",
        reload: { signal: "SIGHUP", disposition: "caught" },
      },
    ],
    containers: [
      {
        id: "a".repeat(64),
        name: null,
        role: "app",
        processes: 3,
        main: null,
        users: [
          {
            uid: 101,
            gid: 101,
            processes: 3,
            tried: 9,
            readable: { exe: true, environ: false, fds: true, attach: null },
            maySignal: true,
          },
        ],
        subPaths: [],
      },
    ],
    capabilities: [{ name: "inotify", available: null, how: "one more", detail: "nothing is known" }],
  };
  const shown = diagnosisText(diagnosis, { width: 100, verbose: true });
  expect(shown).toMatch(/^web +9 +web +nginx +caught +SIGHUP caught$/m);
  expect(shown).toMatch(/^a{12} +app +101 +101 +3 +9 +yes +yes +no +yes +-$/m);
  expect(shown).toMatch(/^inotify +- +one more +nothing is known$/m);
});
