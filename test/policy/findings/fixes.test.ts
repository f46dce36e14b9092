import { expect, test } from "bun:test";
import { parse } from "yaml";
import { diagnose } from "#policy/doctor.ts";
import { type Finding, yamlWord } from "#policy/findings/finding.ts";
import { nginx } from "#policy/profiles/nginx.ts";
import type { Process } from "#process/process.ts";
import type { WatchState } from "#process/reload.ts";
import { receiver, wellInotify, wellSymptoms, wellUser } from "../../support/findings.ts";

const hostile = 'a: "b"\n- {c';

/** A pod in which as much as possible is wrong, and whose app calls itself something that YAML would misread. */
function ill(place: "shared" | "own", children: boolean, hears: ReturnType<typeof receiver>): Finding[] {
  const row = { name: children ? "sh" : hostile, exe: children ? "/bin/sh" : `/bin/${hostile}`, args: [hostile, "-x"] };
  const well = wellSymptoms({ ...row, startTicks: 1 });
  const [look] = well.examination.containers;
  const app = look?.main as Process;
  const found = { name: hostile, process: { ...app, container: null }, container: null, profile: nginx, verbs: {} };
  const settings = { name: hostile, paths: ["/a"], target: hostile, verb: "reload", http: null };
  const watch = { settings, problem: null, last: null, pending: null, oldWorkers: 0, targetProblem: null };
  const refused = {
    reason: "it may not",
    fix: "securityContext:\n  runAsUser: 1\n# or\nsecurityContext:\n  runAsUser: 0",
  };
  return diagnose({
    ...well,
    watches: [watch as unknown as WatchState],
    listeners: [
      { address: "0.0.0.0:1", tls: false, auth: false, role: "operate" },
      { address: "0.0.0.0:2", tls: false, auth: true, role: "operate" },
    ],
    delivery: { losses: "lost 1 items of logs", lastErrorAt: null },
    examination: {
      ...well.examination,
      place,
      hidepid: "hidepid=2",
      containers: [
        {
          container: app.container,
          role: "app",
          main: app,
          processes: 1,
          users: [wellUser(app, { signalRefusal: refused })],
          subPaths: [{ mountPoint: `/${hostile}/key`, stale: false }],
        },
      ],
      mains: [{ main: app, receiver: hears, children: children ? [{ ...app, pid: 99 }] : [] }],
      targets: [{ named: { name: hostile, found }, receiver: receiver({}) }],
      inotify: { ...wellInotify, refusal: "no" },
      memory: { limit: 1, workingSet: 1 },
    },
  });
}

const all = [
  ...ill("shared", false, receiver({})),
  ...ill("own", true, receiver({})),
  ...ill("shared", true, receiver({ namespaceInit: true })),
  ...ill("shared", false, receiver({ namespaceInit: true })),
];

test("so much is wrong", () => {
  expect(new Set(all.map(({ id }) => id)).size).toBeGreaterThan(12);
});

test.each([...new Map(all.map((finding) => [finding.fix, finding])).values()].map((finding) => [finding.id, finding]))(
  "the lines that mend %s are YAML, or a command",
  (_, { fix }) => {
    const [sentence = "", ...lines] = fix.split("\n");
    expect(sentence).toMatch(/^[A-Z`].+[.:]$/);
    if (lines.length === 0) return;
    if (lines[0]?.startsWith("sysctl "))
      return expect(lines.every((line) => /^sysctl -w [a-z_.]+=\d+$/.test(line))).toBe(true);
    expect(parse(lines.join("\n"), { uniqueKeys: false })).toBeObject();
  },
);

test.each(["app", "/usr/sbin/nginx", hostile, "", "1", "true:", "- a", "a b"])(
  "yamlWord(%p) is read as what it was",
  (text) => {
    expect(parse(`{ key: ${yamlWord(text)} }`)).toEqual({ key: text });
  },
);
