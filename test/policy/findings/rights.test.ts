import { expect, test } from "bun:test";
import { type ContainerLook, rightsFindings, type UserLook } from "#policy/findings/rights.ts";
import type { Process } from "#process/process.ts";
import { wellUser } from "../../support/findings.ts";
import { podOf } from "../../support/processes.ts";

const app = podOf({ pid: 9, name: "nginx", in: "web", uid: 101, gid: 101 }).byPid.get(9) as Process;
const look = (faults: Partial<UserLook>, role: ContainerLook["role"] = "app"): ContainerLook => ({
  container: app.container,
  role,
  main: app,
  processes: 1,
  users: [wellUser(app, faults)],
});
const refused = {
  maySignal: false,
  signalRefusal: { reason: "UID 1 and UID 2", fix: "securityContext:\n  runAsUser: 2" },
};
const hidden = {
  readable: { exe: false, environ: false, fds: false, attach: false },
  readingFix: "securityContext:\n  runAsUser: 2",
};
const found = (container: ContainerLook, signalled: readonly number[] = []) =>
  rightsFindings([container], new Set(signalled)).map(({ id, severity }) => `${severity} ${id}`);

test.each([
  ["all is allowed", look({}), [], []],
  ["no signal is", look(refused), [], ["warning signals-denied"]],
  ["no signal is, and a watch is to send one", look(refused), [9], ["error signals-denied"]],
  ["another's signals are asked for", look(refused), [10], ["warning signals-denied"]],
  ["nothing can be read", look(hidden), [], ["info reading-denied"]],
  ["neither", look({ ...refused, ...hidden }), [], ["warning signals-denied", "info reading-denied"]],
  ["environ alone is hidden", look({ ...hidden, readable: { ...hidden.readable, exe: true } }), [], []],
  ["it is sexton's own container", look({ ...refused, ...hidden }, "self"), [], []],
  ["it is the pause", look({ ...refused, ...hidden }, "pause"), [], []],
])("rightsFindings() where %s", (_, container, signalled, expected) => {
  expect(found(container, signalled)).toEqual(expected);
});

test("they name the container and the process, and end with the lines to take", () => {
  const [finding] = rightsFindings([look(refused)], new Set());
  expect(finding).toMatchObject({
    container: "web",
    process: "9-900",
    title: "Sexton may not signal container web",
    seen: "Tried with signal 0 on nginx (pid 9): UID 1 and UID 2.",
    fix: "Give sexton's container:\nsecurityContext:\n  runAsUser: 2",
  });
});
