import { isAlive } from "#daemon/alive.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { formatId, type ProcessId } from "#process/identity.ts";

/** Workers of before a reload that have not left: they hold old connections, old settings and memory. */
export interface OldWorkers {
  /** After a reload of `master`; those of earlier reloads are still counted. */
  left(master: ProcessId, workers: readonly ProcessId[]): void;
  /** How many of a master's there are now. */
  of(master: ProcessId): number;
}

export function createOldWorkers(root: ProcRoot): OldWorkers {
  /** By the master's id. */
  const byMaster = new Map<string, readonly ProcessId[]>();

  function living(key: string): readonly ProcessId[] {
    const alive = (byMaster.get(key) ?? []).filter((worker) => isAlive(root, worker));
    if (alive.length === 0) byMaster.delete(key);
    else byMaster.set(key, alive);
    return alive;
  }

  return {
    left(master, workers) {
      // Those of a master that has ended are forgotten when the next reload is told.
      for (const key of byMaster.keys()) living(key);
      const key = formatId(master);
      const all = [...(byMaster.get(key) ?? []), ...workers].map((worker) => [formatId(worker), worker] as const);
      if (all.length > 0) byMaster.set(key, [...new Map(all).values()]);
    },
    of: (master) => living(formatId(master)).length,
  };
}
