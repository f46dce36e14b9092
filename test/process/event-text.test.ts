import { expect, test } from "bun:test";
import type { RegisterEvent } from "#process/event.ts";
import { eventText } from "#process/event-text.ts";

const event = (data: RegisterEvent["data"]): RegisterEvent => ({
  id: 1,
  time: 0,
  type: "pids.pressure",
  process: null,
  data: { level: "warning", current: 161, limit: 200, source: "pod-cgroup", percent: 80.5, ...data },
  trace: null,
  cause: null,
});

test.each([
  [{ scope: "pod", container: null }, "the pod has 161 of 200 pids (80.5 %, pod-cgroup)"],
  [
    { scope: "pod", container: null, secondsToExhaustion: 90 },
    "the pod has 161 of 200 pids (80.5 %, pod-cgroup), full in 90 s",
  ],
  [
    { scope: "container", container: { id: "a".repeat(64), name: "web" } },
    "container web has 161 of 200 pids (80.5 %, pod-cgroup)",
  ],
  [
    { scope: "container", container: { id: "a".repeat(64), name: null } },
    "container aaaaaaaaaaaa has 161 of 200 pids (80.5 %, pod-cgroup)",
  ],
])("pids.pressure in words: %j", (data, expected) => {
  expect(eventText(event(data))).toBe(`warning: ${expected}`);
});

const parent = { pid: 17, name: "php-fpm" };
test.each([
  [
    "zombie.detected",
    { exitCode: 7, signal: null, cause: "parent-not-waiting", parent, ageSeconds: 10.2 },
    "exit code 7, parent-not-waiting (of php-fpm(17)), for 10.2 s",
  ],
  [
    "zombie.detected",
    { exitCode: null, signal: "SIGSEGV", cause: "parent-outside-namespace", parent: null, ageSeconds: 11 },
    "SIGSEGV, parent-outside-namespace (no parent to be seen), for 11 s",
  ],
  ["zombie.reaped", { by: "parent", strategy: null, parent, ageSeconds: 12 }, "by parent (of php-fpm(17)), after 12 s"],
  ["zombie.reaped", { by: "sexton", strategy: "adopt", parent, ageSeconds: 2 }, "by adopt (of php-fpm(17)), after 2 s"],
  [
    "zombie.remedy",
    { remedy: "adopt", outcome: "reaped", reaped: 3, count: 3, detail: null },
    "adopt: reaped, 3 of 3 collected",
  ],
  [
    "zombie.remedy",
    { remedy: "nudge", outcome: "failed", reaped: 0, count: 1, detail: "It did not." },
    "nudge: failed, 0 of 1 collected: It did not.",
  ],
  [
    "config.changed",
    { watch: "conf", path: "/etc/nginx/conf.d", hash: "5c1f00000000", generation: null, files: 1 },
    "conf: 1 file at /etc/nginx/conf.d, now 5c1f00000000",
  ],
  [
    "config.changed",
    { watch: "conf", path: "/etc/nginx/conf.d", hash: "5c1f00000000", generation: "..2026_01_01", files: 3 },
    "conf: 3 files at /etc/nginx/conf.d, now 5c1f00000000 (..2026_01_01)",
  ],
  [
    "config.rejected",
    { watch: "conf", hash: "5c1f", file: "/etc/x.json", line: 3, column: 7, reason: "a comma is expected" },
    "conf: /etc/x.json:3:7: a comma is expected; the app is not told",
  ],
  [
    "config.rejected",
    {
      watch: "conf",
      hash: "5c1f",
      file: "/etc/x",
      line: null,
      column: null,
      reason: "the validator answered with status 422",
    },
    "conf: /etc/x: the validator answered with status 422; the app is not told",
  ],
  ["reload.started", { watch: "conf", target: "web", verb: "reload" }, "conf: reload of web"],
  ["reload.started", { watch: "conf", target: null, verb: "reload" }, "conf: reload of app"],
  ["reload.started", { watch: null, target: "web", verb: "reload" }, "reload of web"],
  [
    "reload.confirmed",
    {
      watch: "conf",
      target: "web",
      verb: "reload",
      afterSeconds: 0.21,
      evidence: [{ kind: "workers-replaced", detail: "2 started, 2 exited" }],
    },
    "conf: web after 0.21 s, 2 started, 2 exited",
  ],
  [
    "reload.unconfirmed",
    { target: "web", verb: "reload", outcome: "unconfirmed", evidence: [], afterSeconds: 2 },
    "web: nothing seen in 2 s shows an effect",
  ],
  [
    "reload.failed",
    {
      watch: "conf",
      target: "web",
      outcome: "exited",
      evidence: [],
      afterSeconds: 0.3,
      exitCode: null,
      signal: "SIGHUP",
    },
    "conf: web after 0.3 s: it ended, SIGHUP",
  ],
  [
    "reload.failed",
    {
      watch: "conf",
      target: "web",
      outcome: "unconfirmed",
      evidence: [],
      afterSeconds: 2,
      failure: "it says that its last reload failed",
    },
    "conf: web after 2 s: it says that its last reload failed",
  ],
] as const)("%s in words: %j", (type, data, expected) => {
  expect(eventText({ ...event(data), type, data })).toBe(expected);
});
