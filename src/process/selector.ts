import { containerMatches } from "#process/container.ts";
import { podMatches } from "#process/pod.ts";
import type { Process } from "#process/process.ts";
import type { ProcessState } from "#process/state.ts";

/** Which processes of a table are wanted. Every condition given must hold. */
export interface Selector {
  readonly container?: string | undefined;
  /** Name, namespace/name, UID or the start of it. */
  readonly pod?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly state?: ProcessState | undefined;
  readonly uid?: number | undefined;
}

export const sortKeys = ["pid", "cpu", "rss", "start"] as const;
export type SortKey = (typeof sortKeys)[number];
export type Sort = SortKey | `-${SortKey}`;

export function select(processes: readonly Process[], wanted: Selector): Process[] {
  return processes.filter(
    (process) =>
      (wanted.container === undefined || containerMatches(process.container, wanted.container)) &&
      (wanted.pod === undefined || podMatches(process.container?.pod, wanted.pod)) &&
      (wanted.namespace === undefined || process.container?.pod?.namespace === wanted.namespace) &&
      (wanted.name === undefined || process.name === wanted.name) &&
      (wanted.state === undefined || process.state === wanted.state) &&
      (wanted.uid === undefined || process.facts.uid === wanted.uid),
  );
}

const measures: Readonly<Record<SortKey, (process: Process) => number>> = {
  pid: (process) => process.pid,
  cpu: (process) => process.cpuPercent,
  rss: (process) => process.rssBytes,
  start: (process) => process.startTicks,
};

/** Ascending, or with a leading `-` descending; equals by pid. */
export function sortProcesses(processes: readonly Process[], sort: Sort): Process[] {
  const key = sort.replace("-", "") as SortKey;
  const sign = sort.startsWith("-") ? -1 : 1;
  return [...processes].sort((a, b) => sign * (measures[key](a) - measures[key](b)) || a.pid - b.pid);
}

export interface Branch {
  readonly process: Process;
  readonly children: readonly Branch[];
}

/** Children below their parents. Whoever's parent is not among `processes` is a root. */
export function treeOf(processes: readonly Process[]): Branch[] {
  const branches = new Map(processes.map((process) => [process.pid, { process, children: [] as Branch[] }]));
  const roots: Branch[] = [];
  for (const branch of branches.values()) {
    const parent = branches.get(branch.process.ppid);
    (parent && isOlder(parent.process, branch.process) ? parent.children : roots).push(branch);
  }
  return roots;
}

/** A parent is older than its child. What says otherwise is a pid reused during the scan, and would close a circle. */
function isOlder(a: Process, b: Process): boolean {
  return a.startTicks < b.startTicks || (a.startTicks === b.startTicks && a.pid < b.pid);
}
