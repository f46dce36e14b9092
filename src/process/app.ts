import type { Container } from "#process/container.ts";
import type { Process } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";
import type { ProcessTable } from "#process/table.ts";

/** An app of the pod: a container's main process, with what it may be called. */
export interface App {
  /** The container's name; where none is known, the main process's. */
  readonly name: string;
  readonly container: Container | null;
  readonly main: Process;
}

/**
 * A container's first processes: their parent is outside the container (the runtime, so ppid is 0 in a shared
 * namespace). Orphans that pid 1 took over are none.
 */
export function isRoot(process: Process, table: ProcessTable): boolean {
  if (process.pid === 1 || process.kernelThread) return process.pid === 1 && process.role !== "other";
  if (process.ppid === 0 || process.pid === table.command) return true;
  const parent = table.byPid.get(process.ppid);
  return (
    process.container !== null &&
    parent !== undefined &&
    parent.pid !== 1 &&
    parent.container?.key !== process.container.key
  );
}

/** The apps, oldest first: of each app container the oldest root process. Later roots are exec sessions and probes. */
export function findApps(table: ProcessTable): App[] {
  const mains = new Map<string, Process>();
  for (const process of table.processes) {
    if (process.role !== "app" || hasEnded(process) || !isRoot(process, table)) continue;
    const key = process.container?.key ?? `pid ${process.pid}`;
    const oldest = mains.get(key);
    if (!oldest || process.startTicks < oldest.startTicks) mains.set(key, process);
  }
  return [...mains.values()]
    .sort((a, b) => a.startTicks - b.startTicks || a.pid - b.pid)
    .map((main) => ({ name: main.container?.name ?? main.name, container: main.container, main }));
}

/** Who takes over what the app leaves behind; null where that tells nothing. */
function reaperOf(main: Process, table: ProcessTable): number | null {
  // Its init, pid 1 or not, is sexton.
  if (main.pid === table.command) return main.ppid;
  return main.container && main.ppid !== 1 ? 1 : null;
}

/**
 * The processes of an app: the main process, all that descend from it, and those of its container that pid 1 has taken
 * over, which is what becomes of a program that puts itself into the background. Parents before children. Exec sessions
 * and probes beside the main process are not among them.
 */
export function familyOf(main: Process, table: ProcessTable): Process[] {
  const children = Map.groupBy(table.processes, (process) => process.ppid);
  const family = new Set([main]);
  const addDescendants = () => {
    for (const parent of family) {
      for (const child of children.get(parent.pid) ?? []) {
        if (child.container?.key === main.container?.key) family.add(child);
      }
    }
  };
  addDescendants();
  const reaper = reaperOf(main, table);
  if (reaper !== null) {
    // Beside them are sexton's own commands, under sexton init.
    for (const orphan of children.get(reaper) ?? [])
      if (orphan.role === main.role && orphan.container?.key === main.container?.key) family.add(orphan);
    addDescendants();
  }
  return [...family];
}
