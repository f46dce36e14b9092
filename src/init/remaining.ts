import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import { signalChild } from "#kernel/signal-child.ts";

/** Who is left: as pid 1 everybody in the namespace, else whoever descends from us. Those that have ended do not count. */
function findRemaining(root: ProcRoot, self: number): number[] {
  const parents = new Map<number, number>();
  const ended = new Set<number>();
  for (const pid of root.pids()) {
    const stat = readStat(root, pid);
    if (stat === null || isUnread(stat)) continue;
    parents.set(pid, stat.ppid);
    if (stat.state === "Z" || stat.state === "X") ended.add(pid);
  }
  return [...parents.keys()].filter((pid) => pid !== self && !ended.has(pid) && (self === 1 || descends(pid)));

  function descends(pid: number): boolean {
    let at: number | undefined = pid;
    for (let depth = 0; at !== undefined && at > 1 && depth < 10_000; depth++) {
      at = parents.get(at);
      if (at === self) return true;
    }
    return false;
  }
}

const SIGTERM = 15;
const SIGKILL = 9;
const lookMs = 20;
/** What a SIGKILL needs, at most: longer it takes only those that the kernel itself holds on to. */
const killMs = 1_000;

interface GraceMeans {
  readonly root: ProcRoot;
  readonly self: number;
  readonly graceMs: number;
  readonly waiting: (processes: number) => void;
  readonly killing: (processes: number) => void;
}

/** SIGTERM to whoever is left, also to those who are born meanwhile; SIGKILL when the time is over. */
export async function endRemaining({ root, self, graceMs, waiting, killing }: GraceMeans): Promise<void> {
  let told = false;
  const asked = new Set<number>();
  const deadline = performance.now() + graceMs;
  for (let left = findRemaining(root, self); left.length > 0; left = findRemaining(root, self)) {
    for (const pid of left) if (!asked.has(pid)) signalChild(pid, SIGTERM);
    for (const pid of left) asked.add(pid);
    if (!told) waiting(left.length);
    told = true;
    if (performance.now() >= deadline) return kill(left);
    await Bun.sleep(Math.min(lookMs, Math.max(1, deadline - performance.now())));
  }

  async function kill(first: readonly number[]): Promise<void> {
    killing(first.length);
    const until = performance.now() + killMs;
    for (let left = first; left.length > 0 && performance.now() < until; left = findRemaining(root, self)) {
      for (const pid of left) signalChild(pid, SIGKILL);
      await Bun.sleep(lookMs);
    }
  }
}
