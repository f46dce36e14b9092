import type { ProcessId } from "#process/identity.ts";
import { type Lineage, lineageOf } from "#process/lineage.ts";
import type { Process } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";
import type { ProcessTable } from "#process/table.ts";

/**
 * `exec-session`: what an exec put beside the main process (kubectl exec, a probe, a hook) · `orphan`: its parent has
 * ended, and it did not make itself a daemon.
 */
export const strayReasons = ["exec-session", "orphan"] as const;
export type StrayReason = (typeof strayReasons)[number];

/** Why a process of an app's container belongs to nobody. */
export interface StrayMark {
  readonly reason: StrayReason;
  /** It has a terminal, as `kubectl exec -it` gives it: somebody may be using it. */
  readonly interactive: boolean;
}

export interface Stray extends StrayMark {
  /** The stray that this one descends from, or itself. */
  readonly root: ProcessId;
}

/**
 * Whether this process is a stray by itself, not as the child of one.
 *
 * An orphan that began a session has made itself a daemon, on purpose. Of an exec's that is no excuse; where nobody saw
 * whose it is, it is one if it leads the session itself, because what probes leave behind never called setsid(2).
 */
export function strayMark(process: Process, lineage: Lineage): StrayMark | null {
  if (hasEnded(process)) return null;
  const { origin, first, main, keeper } = lineage.of(process);
  if (!main || isSame(process, main)) return null;
  const inOwnSession = process.session !== main.session;
  const interactive = process.terminal && inOwnSession;
  if (first) return { reason: "exec-session", interactive };
  // In the care of the pause, or of the main process, which is pid 1 of its namespace or a subreaper.
  const reachesPause = process.container !== null && keeper ? !keeper.inSameContainer : process.ppid === 1;
  const reachesMain = origin === "exec" && keeper?.origin === "main";
  if (!reachesPause && !reachesMain) return null;
  if (origin === "main" && inOwnSession) return null;
  if (origin === "unknown" && process.session === process.pid) return null;
  return { reason: "orphan", interactive };
}

/** All strays of a table by pid, with the living that descend from them. */
export function findStrays(table: ProcessTable, lineage: Lineage = lineageOf(table)): ReadonlyMap<number, Stray> {
  const strays = new Map<number, Stray>();
  for (const process of table.processes) {
    const mark = strayMark(process, lineage);
    if (mark) strays.set(process.pid, { ...mark, root: { pid: process.pid, startTicks: process.startTicks } });
  }
  if (strays.size === 0) return strays;
  const children = Map.groupBy(table.processes, ({ ppid }) => ppid);
  for (const [pid, stray] of strays) {
    const { container } = table.byPid.get(pid) as Process;
    for (const child of children.get(pid) ?? []) {
      // In a map that grows while it is walked, they have their turn too.
      const belongs = child.container?.key === container?.key && !hasEnded(child) && !strays.has(child.pid);
      if (belongs) strays.set(child.pid, stray);
    }
  }
  return strays;
}

function isSame(a: ProcessId, b: ProcessId): boolean {
  return a.pid === b.pid && a.startTicks === b.startTicks;
}
