import { readCgroupFile } from "#kernel/foreign-file.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { Process } from "#process/process.ts";

/** memory.events of cgroup v2, then memory.oom_control of v1, as the container itself mounts them. */
const files = ["root/sys/fs/cgroup/memory.events", "root/sys/fs/cgroup/memory/memory.oom_control"];

/** Watches how often the kernel has killed for memory in each container, where that may be read (ptrace access). */
export interface OomCounters {
  /** Takes the counter of the container of a living process, when it is not known yet. */
  learn(process: Process): void;
  /** Whether the counter moved since it was last looked at. `witness` lives in the same container. */
  moved(witness: Process): boolean;
  forget(containerKey: string): void;
}

export function createOomCounters(root: ProcRoot): OomCounters {
  const known = new Map<string, number>();
  return {
    learn(process) {
      const key = process.container?.key;
      if (key === undefined || known.has(key)) return;
      const count = oomKills(root, process.pid);
      if (count !== null) known.set(key, count);
    },
    moved(witness) {
      const key = witness.container?.key;
      const count = key === undefined ? null : oomKills(root, witness.pid);
      if (key === undefined || count === null) return false;
      const before = known.get(key);
      known.set(key, count);
      return before !== undefined && count > before;
    },
    forget: (key) => void known.delete(key),
  };
}

function oomKills(root: ProcRoot, pid: number): number | null {
  for (const file of files) {
    const count = /^oom_kill (\d{1,15})$/m.exec(readCgroupFile(`${root.path}/${pid}/${file}`) ?? "")?.[1];
    if (count !== undefined) return Number(count);
  }
  return null;
}
