import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { resume } from "#kernel/ptrace.ts";
import { attach, type Tracee } from "#kernel/tracee.ts";
import { createParents, isUnharmed, threadsOf } from "../support/adoption.ts";
import { eventually } from "../support/poll.ts";
import { isBlocked, stateOf, statusOf } from "../support/process-state.ts";

setDefaultTimeout(30_000);

const parents = createParents();
const children = new Set<Bun.Subprocess>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});
afterAll(parents.close);

/** A process of five threads, the last of which calls execve(2) some time later: a shell, which exits with 43. */
async function startExec(stay = 0.8): Promise<{ child: Bun.Subprocess; pid: number; tids: readonly number[] }> {
  const command = [await parents.compile("endings"), "exec", "--rounds", "0", "--delay", "0.3", "--stay", `${stay}`];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "ignore" });
  children.add(child);
  const { pid } = child;
  await eventually("its threads", () => threadsOf(pid).filter((tid) => isBlocked(pid, tid)).length === 5);
  return { child, pid, tids: threadsOf(pid).sort((a, b) => a - b) };
}

const hasCalled = (pid: number) => eventually("the execve", () => statusOf(pid, "Name") === "sh");

/** Stopped once, and running again; still attached to. */
async function attached(pid: number, tid: number, late = () => {}): Promise<Tracee> {
  const tracee = attach({ pid, tid }, late);
  if (typeof tracee === "string") throw new Error(`process ${pid} cannot be attached to: ${tracee}`);
  expect(await tracee.nextStop()).toEqual({ kind: "interrupt" });
  expect(tracee.tid()).toBe(tid);
  resume(tid);
  return tracee;
}

describe.skipIf(process.arch !== "x64")("a thread that is attached to", () => {
  test("keeps being so when it calls execve(2), which gives it its process's id", async () => {
    const { child, pid, tids } = await startExec();
    const tracee = await attached(pid, tids.at(-1) as number);
    await hasCalled(pid);
    const stop = await tracee.nextStop();
    // The interruption that it comes to is the one that found it again.
    expect(stop).toEqual({ kind: "interrupt" });
    expect(tracee.tid()).toBe(pid);
    expect(threadsOf(pid)).toEqual([pid]);
    expect(await tracee.letGo(stop)).toBe(true);
    expect(isUnharmed(pid) || child.exitCode !== null).toBe(true);
    expect(await child.exited).toBe(43);
  });

  test("and that another's execve(2) ends is collected, without which that one would wait for ever", async () => {
    const { child, pid, tids } = await startExec();
    const tracee = await attached(pid, tids[1] as number);
    await eventually("its end", () => stateOf(pid, tids[1]) === "Z");
    const stop = await tracee.nextStop();
    expect(stop).toEqual({ kind: "ended" });
    expect(await tracee.letGo(stop)).toBe(false);
    expect(await child.exited).toBe(43);
  });

  test("and whose place another takes by execve(2) is forgotten, though its process lives", async () => {
    const { child, pid } = await startExec(2.5);
    let late = 0;
    const tracee = await attached(pid, pid, () => late++);
    expect(attach({ pid, tid: pid }, () => {})).toBe("attached");
    await hasCalled(pid);
    const stop = await tracee.nextStop();
    expect(stop).toEqual({ kind: "ended" });
    expect(late).toBeGreaterThan(0);
    expect(child.exitCode).toBeNull();
    expect(await tracee.letGo(stop)).toBe(false);
    expect(await child.exited).toBe(43);
    expect(attach({ pid, tid: pid }, () => {})).toBe("gone");
  });
});
