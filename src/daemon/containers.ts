import { readCgroupFile } from "#kernel/foreign-file.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { isRoot } from "#process/app.ts";
import type { Container } from "#process/container.ts";
import type { Process, ProcessRole } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";
import type { ProcessTable } from "#process/table.ts";

export interface ContainerSummary {
  readonly container: Container;
  readonly role: ProcessRole;
  readonly rootPids: readonly number[];
  readonly processes: number;
  readonly rssBytes: number;
  readonly pids: { readonly current: number; readonly limit: number | null };
  /** Milliseconds since the epoch: the start of its oldest process. */
  readonly startedAt: number;
}

export function summarizeContainers(root: ProcRoot, table: ProcessTable): ContainerSummary[] {
  const groups = Map.groupBy(
    table.processes.filter(({ container }) => container !== null),
    ({ container }) => (container as Container).key,
  );
  return [...groups.values()]
    .map((members) => summarize(root, table, members))
    .sort((a, b) => a.startedAt - b.startedAt);
}

function summarize(root: ProcRoot, table: ProcessTable, members: readonly Process[]): ContainerSummary {
  const [first] = members as readonly [Process, ...Process[]];
  const living = members.filter((process) => !hasEnded(process));
  return {
    container: first.container as Container,
    role: members.find(({ role }) => role !== "app")?.role ?? first.role,
    rootPids: members.filter((process) => isRoot(process, table)).map(({ pid }) => pid),
    processes: members.length,
    rssBytes: members.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    pids: {
      // Every thread takes a pid, and a zombie keeps one.
      current: members.reduce((sum, { threads }) => sum + Math.max(threads, 1), 0),
      limit: readPidsLimit(root, living[0] ?? first),
    },
    startedAt: Math.min(...members.map(({ startedAt }) => startedAt)),
  };
}

/** pids.max as the container itself mounts it (cgroup v2, then v1); null for `max`, and where ptrace access is denied. */
function readPidsLimit(root: ProcRoot, { pid }: Process): number | null {
  for (const file of ["root/sys/fs/cgroup/pids.max", "root/sys/fs/cgroup/pids/pids.max"]) {
    const text = readCgroupFile(`${root.path}/${pid}/${file}`);
    if (text !== null && /^\d+$/.test(text)) return Number(text);
  }
  return null;
}
