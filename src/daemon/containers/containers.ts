import type { ContainerPidBudget } from "#policy/pids.ts";
import { isRoot } from "#process/app.ts";
import type { Container } from "#process/container.ts";
import type { Process, ProcessRole } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";

export interface ContainerSummary {
  readonly container: Container;
  readonly role: ProcessRole;
  readonly rootPids: readonly number[];
  readonly processes: number;
  readonly rssBytes: number;
  readonly pids: ContainerPidBudget;
  /** Milliseconds since the epoch: the start of its oldest process. */
  readonly startedAt: number;
}

export function summarizeContainers(
  table: ProcessTable,
  pids: ReadonlyMap<string, ContainerPidBudget>,
): ContainerSummary[] {
  const groups = Map.groupBy(
    table.processes.filter(({ container }) => container !== null),
    ({ container }) => (container as Container).key,
  );
  return [...groups]
    .flatMap(([key, members]) => {
      const budget = pids.get(key);
      return budget ? [summarize(table, members, budget)] : [];
    })
    .sort((a, b) => a.startedAt - b.startedAt);
}

function summarize(table: ProcessTable, members: readonly Process[], pids: ContainerPidBudget): ContainerSummary {
  const [first] = members as readonly [Process, ...Process[]];
  return {
    container: first.container as Container,
    role: members.find(({ role }) => role !== "app")?.role ?? first.role,
    rootPids: members.filter((process) => isRoot(process, table)).map(({ pid }) => pid),
    processes: members.length,
    rssBytes: members.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    pids,
    startedAt: Math.min(...members.map(({ startedAt }) => startedAt)),
  };
}
