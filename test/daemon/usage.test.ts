import { afterEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { createObserver } from "#daemon/observer.ts";
import { createUsage } from "#daemon/usage.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { Process } from "#process/process.ts";
import { eventually } from "../support/poll.ts";

const root = procRoot();
const observer = createObserver(root, Date.now, { selfPid: process.pid, initialNamespace: false });
const look = (pid: number): Process => {
  const found = observer.look(pid);
  if (!found) throw new Error(`${pid} is gone`);
  return found;
};
const stdio = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
const children: Bun.Subprocess[] = [];
const start = (...command: string[]) => {
  const child = Bun.spawn(command, stdio);
  children.push(child);
  return child.pid;
};
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
});

describe("createUsage()", () => {
  test("counts open files, and tells the soft limit", async () => {
    const usage = createUsage(root, () => 0);
    const pid = start("sh", "-c", "ulimit -S -n 64; exec 8</dev/null 9</dev/null; exec sleep 1000");
    await eventually("the shell to have become sleep", () => look(pid).name === "sleep");
    expect(usage.openFds(look(pid))).toBe(readdirSync(`/proc/${pid}/fd`).length);
    expect(usage.openFds(look(pid))).toBeGreaterThanOrEqual(5);
    expect(usage.maxFds(look(pid))).toBe(64);
    expect(usage.switches(look(pid))?.voluntary).toBeGreaterThan(0);
  });

  test("reads a limit again after a minute or two, and at once for another process with that pid", async () => {
    const time = { now: 0 };
    const usage = createUsage(root, () => time.now);
    const pid = start("sleep", "1000");
    const sleeper = look(pid);
    const before = usage.maxFds(sleeper);
    const lowered = Bun.spawnSync(["prlimit", `--pid=${pid}`, "--nofile=50:"]);
    expect(lowered.exitCode).toBe(0);
    expect(usage.maxFds(sleeper)).toBe(before);
    expect(usage.maxFds({ ...sleeper, startTicks: sleeper.startTicks + 1 })).toBe(50);
    expect(usage.maxFds(sleeper)).toBe(50);
    Bun.spawnSync(["prlimit", `--pid=${pid}`, "--nofile=49:"]);
    time.now = 59_999;
    expect(usage.maxFds(sleeper)).toBe(50);
    time.now = 120_000;
    expect(usage.maxFds(sleeper)).toBe(49);
  });

  test("forgets limits of processes that are gone", () => {
    const usage = createUsage(root, () => 0);
    const pid = start("sleep", "1000");
    const sleeper = look(pid);
    usage.maxFds(sleeper);
    Bun.spawnSync(["prlimit", `--pid=${pid}`, "--nofile=50:"]);
    usage.forget((there) => there === pid);
    expect(usage.maxFds(sleeper)).not.toBe(50);
    usage.forget(() => false);
    expect(usage.maxFds(sleeper)).toBe(50);
  });

  test("of what has ended it tells what it used up, for as long as nobody collects it, and nothing else", async () => {
    const usage = createUsage(root, () => 0);
    const burn = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
    // The shell's child ends while the shell, which has become sleep, does not wait for it.
    const parent = start("sh", "-c", `sh -c '${burn}' & exec sleep 1000`);
    const zombie = await eventually("a zombie", () =>
      observer.table(0).processes.find(({ ppid, state }) => ppid === parent && state === "zombie"),
    );
    expect(usage.usedUp(zombie)?.userSeconds).toBeGreaterThan(0);
    expect(usage.usedUp(zombie)?.minorFaults).toBeGreaterThan(0);
    expect(usage.usedUp({ ...zombie, startTicks: zombie.startTicks + 1 })).toBeNull();
    expect([usage.openFds(zombie), usage.maxFds(zombie), usage.switches(zombie)]).toEqual([null, null, null]);
  });

  test("what is gone has nothing to tell", () => {
    const usage = createUsage(root, () => 0);
    const gone = { ...look(process.pid), pid: 4_194_304 };
    expect([usage.openFds(gone), usage.maxFds(gone), usage.switches(gone), usage.usedUp(gone)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
