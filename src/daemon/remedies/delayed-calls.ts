import { readThreadStat, readThreadStatus } from "#daemon/zombies/parent-facts.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { Thread } from "#kernel/tracee.ts";

/**
 * Calls that count their timeout from the last visit on, since they were told to start again. Were they visited more often
 * than that, they would never end: an event loop's timers would stand still. So a call is delayed once, by the visits of
 * one second, and its thread then left alone until the call has ended.
 */
const burstMs = 1_000;
/** When there are more, those of threads that have ended are forgotten. */
const manyDelays = 64;

interface Delay {
  readonly thread: Thread;
  readonly startTicks: number;
  readonly since: number;
  /** Its voluntary context switches when it slept in the call again; null: not seen yet. */
  switches: number | null;
}

const delays = new Map<number, Delay>();

/** A visit has told the thread's call to start again. */
export function noteDelay(root: ProcRoot, thread: Thread): void {
  const known = delays.get(thread.tid);
  const startTicks = readThreadStat(root, thread.pid, thread.tid)?.startTicks;
  if (startTicks === undefined) return;
  const since = known?.startTicks === startTicks ? known.since : performance.now();
  delays.set(thread.tid, { thread, startTicks, since, switches: null });
  if (delays.size > manyDelays) for (const each of delays.values()) isDelayed(root, each.thread);
}

/** Whether it is still in a call that was delayed, as far as can be told, and should be let alone. */
export function isDelayed(root: ProcRoot, { pid, tid }: Thread): boolean {
  const delay = delays.get(tid);
  if (!delay) return false;
  const switches = readThreadStatus(root, pid, tid)?.voluntarySwitches ?? null;
  const isSame = delay.startTicks === readThreadStat(root, pid, tid)?.startTicks;
  if (isSame && performance.now() - delay.since < burstMs) return false;
  if (isSame && (delay.switches === null || delay.switches === switches)) {
    delay.switches = switches;
    return true;
  }
  delays.delete(tid);
  return false;
}
