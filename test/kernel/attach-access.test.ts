import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { attachAccess, mayCallPtrace } from "#kernel/attach-access.ts";
import { eventually } from "../support/poll.ts";

const isRoot = process.getuid?.() === 0;
const statusOf = (pid: number) => readFileSync(`/proc/${pid}/status`, "utf8");

test("a process may attach to its own child, which is neither stopped nor traced by being asked about", async () => {
  const child = Bun.spawn(["sleep", "1131"], { stdin: "ignore", stdout: "ignore" });
  await eventually("it to sleep", () => /^State:\tS/m.test(statusOf(child.pid)));
  for (let round = 0; round < 100; round++) expect(attachAccess(child.pid)).toBe("may");
  expect(statusOf(child.pid)).toMatch(/^State:\tS/m);
  expect(statusOf(child.pid)).toMatch(/^TracerPid:\t0$/m);
  child.kill("SIGKILL");
  await child.exited;
  expect(attachAccess(child.pid)).toBe("gone");
});

test.skipIf(!isRoot)("another user may not attach to root's", () => {
  const script = `import { attachAccess } from "#kernel/attach-access.ts"; console.log(attachAccess(${process.pid}), attachAccess(process.pid));`;
  const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  const { stdout } = Bun.spawnSync([...nobody, process.execPath, "-e", script], { cwd: import.meta.dir });
  expect(stdout.toString()).toBe("denied may\n");
});

test("ptrace(2) can be called here", () => {
  expect(mayCallPtrace()).toBe(true);
});
