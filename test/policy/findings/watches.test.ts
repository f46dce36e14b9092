import { expect, test } from "bun:test";
import { watchFindings } from "#policy/findings/watches.ts";
import type { ReloadRecord, WatchState } from "#process/reload.ts";

const well = {
  settings: { name: "conf", paths: ["/etc/app"] },
  problem: null,
  last: null,
  pending: null,
  oldWorkers: 0,
  targetProblem: null,
};
const findings = (found: Partial<WatchState>) => watchFindings([{ ...well, ...found } as WatchState]);
const ended = (status: ReloadRecord["status"]) => ({ status, detail: "It said no." }) as ReloadRecord;

test("watchFindings() finds nothing where all is well, and nothing in a reload without proof", () => {
  expect(findings({})).toEqual([]);
  expect(findings({ last: ended("confirmed") })).toEqual([]);
  expect(findings({ last: ended("unconfirmed") })).toEqual([]);
});

test("watchFindings() tells what a watch cannot see, and what its own sentence advises", () => {
  expect(
    findings({ problem: "Cannot see updates of /etc/app: it is a subPath mount. Mount the whole volume." }),
  ).toEqual([
    expect.objectContaining({
      severity: "warning",
      seen: "Cannot see updates of /etc/app: it is a subPath mount.",
      fix: "Mount the whole volume.",
    }),
  ]);
  expect(findings({ problem: "It is so." })[0]?.fix).toBe("Look at /etc/app, or mend watch conf.");
});

test("watchFindings() tells a failed or rejected reload, and whether it is tried again", () => {
  const retry = { reason: "retry", until: 1 } as const;
  expect(findings({ last: ended("failed"), pending: retry })[0]).toMatchObject({
    severity: "error",
    title: "The reload of conf has failed",
    fix: expect.stringContaining("It is tried again."),
  });
  expect(findings({ last: ended("rejected") })[0]).toMatchObject({
    title: "The content of watch conf is refused",
    fix: expect.stringContaining("not tried again before the content changes"),
  });
});

test("watchFindings() finds nothing where the app has what there is, whatever the last reload was", () => {
  const content = { hash: "ab" } as WatchState["content"];
  expect(findings({ last: ended("rejected"), content, appliedHash: "ab" })).toEqual([]);
  expect(findings({ last: ended("rejected"), content, appliedHash: "cd" })).toHaveLength(1);
});

test("watchFindings() tells workers that do not leave", () => {
  expect(findings({ oldWorkers: 3 })[0]).toMatchObject({ severity: "info", seen: "3 of before the last reload" });
});

test("watchFindings() tells a watch whose target nobody is, and what to do about it", () => {
  const targetProblem = 'Cannot find target "ngnix": the targets are nginx. Mend the target of watch conf.';
  expect(findings({ targetProblem })).toEqual([
    expect.objectContaining({
      id: "target-unresolved",
      severity: "error",
      title: "Watch conf has nobody to reload",
      seen: 'Cannot find target "ngnix": the targets are nginx.',
      fix: "Mend the target of watch conf.",
    }),
  ]);
});
