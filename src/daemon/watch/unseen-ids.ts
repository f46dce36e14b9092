import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { Process } from "#process/process.ts";

/** RESERVED_PIDS of kernel/pid.c: where a counter that has reached kernel.pid_max goes on. */
const firstAfterWrap = 300;
/** What kernel.pid_max is unless somebody has set it (PID_MAX_DEFAULT); only where it cannot be read. */
const usualPidMax = 32_768;

/** Ids from the first to the last, both included. */
export type IdRange = readonly [first: number, last: number];

/**
 * The ids that the kernel has passed while its counter went from one value to the other. A smaller one means that it has
 * wrapped, once: whether it went round more than once does not show.
 */
export function passedIds(from: number, to: number, pidMax: number | null): IdRange[] {
  const wrapped: IdRange[] = [
    [from + 1, (pidMax ?? usualPidMax) - 1],
    [firstAfterWrap, to],
  ];
  const ranges: IdRange[] = to >= from ? [[from + 1, to]] : wrapped;
  return ranges.filter(([first, last]) => first <= last);
}

/**
 * How many of those ids nobody has any more: processes and threads that were gone before they could be looked at. The
 * kernel passes over ids that are in use, so whoever has one now is either old or was found.
 */
export function countUnseen(root: ProcRoot, ranges: readonly IdRange[], processes: Iterable<Process>): number {
  const isPassed = (id: number) => ranges.some(([first, last]) => first <= id && id <= last);
  let unseen = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  for (const { pid, threads } of processes) {
    if (threads > 1) unseen -= threadsOf(root, pid).filter(isPassed).length;
    else if (isPassed(pid)) unseen--;
  }
  return Math.max(0, unseen);
}

/** The process itself among them. One that ends at this moment leaves no more than its own id. */
function threadsOf(root: ProcRoot, pid: number): number[] {
  const names = root.names(pid, "task");
  return isUnread(names) ? [pid] : names.map(Number);
}
