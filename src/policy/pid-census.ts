import type { Container } from "#process/container.ts";
import { formatId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";
import type { ProcessTable } from "#process/table.ts";

/**
 * Who holds pids, counted three ways: a container its tasks, a parent its children (`parent`), a process with threads
 * its threads (`process`). One of the three is set, and `container` says where a parent or a process is.
 */
export interface PidHolder {
  readonly container: Container | null;
  readonly parent: Process | null;
  readonly process: Process | null;
  readonly count: number;
  /** How many of them are zombies. */
  readonly zombies: number;
}

export interface GrowingHolder extends PidHolder {
  /** By how much `count` grew in the window, at least; null where there is nothing to compare with. */
  readonly growth: number | null;
}

/** The counts of one moment, the largest only. Who is not among them had at most `floor`. */
export interface Census {
  readonly at: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly floor: number;
}

const censusSize = 64;
const maxGrowing = 5;

/** Every thread takes a pid, and a zombie, of which stat says 0 or 1, keeps one. */
function tasksOf({ threads }: Pick<Process, "threads">): number {
  return Math.max(threads, 1);
}

export function sumTasks(processes: readonly Process[]): number {
  return processes.reduce((sum, process) => sum + tasksOf(process), 0);
}

export function countZombies(processes: readonly Process[]): number {
  return processes.reduce((sum, process) => sum + (hasEnded(process) ? 1 : 0), 0);
}

export function holdersOf(table: ProcessTable): Map<string, PidHolder> {
  const processes = table.processes.filter(({ kernelThread }) => !kernelThread);
  const holders = new Map<string, PidHolder>();
  for (const [container, members] of Map.groupBy(processes, ({ container }) => container?.key ?? null)) {
    if (container === null) continue;
    const first = members[0] as Process;
    const holder = { container: first.container, parent: null, process: null, zombies: countZombies(members) };
    holders.set(`container ${container}`, { ...holder, count: sumTasks(members) });
  }
  for (const [ppid, children] of Map.groupBy(processes, ({ ppid }) => ppid)) {
    const parent = table.byPid.get(ppid);
    if (!parent) continue;
    const { container } = parent;
    const holder = { container, parent, process: null, count: children.length, zombies: countZombies(children) };
    holders.set(`parent ${formatId(parent)}`, holder);
  }
  for (const process of processes) {
    if (process.threads <= 1) continue;
    const { container, threads: count } = process;
    holders.set(`process ${formatId(process)}`, { container, parent: null, process, count, zombies: 0 });
  }
  return holders;
}

export function takeCensus(holders: ReadonlyMap<string, PidHolder>, at: number): Census {
  const counts = [...holders].map(([key, { count }]) => [key, count] as const).sort((a, b) => b[1] - a[1]);
  return { at, counts: new Map(counts.slice(0, censusSize)), floor: counts[censusSize]?.[1] ?? 0 };
}

/** Who grew most since the census, of those in such containers; without a census, who holds most. */
export function whoGrows(
  holders: ReadonlyMap<string, PidHolder>,
  since: Census | null,
  isThere: (container: Container | null) => boolean = () => true,
): GrowingHolder[] {
  return [...holders]
    .filter(([, { container }]) => isThere(container))
    .map(([key, holder]): GrowingHolder => {
      // A process with one thread is not in a census, and no thread of it is new.
      const least = holder.process ? 1 : 0;
      const before = since && (since.counts.get(key) ?? Math.max(since.floor, least));
      return { ...holder, growth: before === null ? null : holder.count - before };
    })
    .filter(({ growth }) => growth === null || growth > 0)
    .sort((a, b) => (b.growth ?? 0) - (a.growth ?? 0) || b.count - a.count)
    .slice(0, maxGrowing);
}
