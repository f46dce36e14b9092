import type { Process } from "#ui/api/answers.ts";
import { containerKey, containerName, roleOrder } from "#ui/model/containers.ts";
import { createFilter, type FdsOf, type Sort, sorted } from "#ui/model/order.ts";

export interface Place {
  /** From 1. */
  readonly level: number;
  /** Null: nothing is below it. */
  readonly expanded: boolean | null;
  readonly setSize: number;
  readonly posInSet: number;
}

export interface GroupRow extends Place {
  readonly kind: "group";
  readonly key: string;
  readonly name: string;
  readonly role: Process["role"];
  readonly processes: number;
  readonly zombies: number;
  readonly threads: number;
  readonly cpuPercent: number;
  readonly rssBytes: number;
}

export interface ProcessRow extends Place {
  readonly kind: "process";
  readonly key: string;
  readonly process: Process;
  /** Only there because what is below it matches the filter. */
  readonly faint: boolean;
}

export type Row = GroupRow | ProcessRow;

export interface TreeView {
  readonly tree: boolean;
  readonly sort: Sort;
  readonly filter: string;
  /** The keys of rows whose children are not shown. */
  readonly collapsed: ReadonlySet<string>;
  readonly fdsOf: FdsOf;
}

/** The rows to show, by container; as a tree, or the processes of all containers one below the other. */
export function rowsOf(processes: readonly Process[], view: TreeView): Row[] {
  const matches = createFilter(view.filter);
  if (!view.tree) {
    const shown = sorted(matches ? processes.filter(matches) : processes, view.sort, view.fdsOf);
    return shown.map((process, index) => ({
      kind: "process",
      key: process.id,
      process,
      faint: false,
      level: 1,
      expanded: null,
      setSize: shown.length,
      posInSet: index + 1,
    }));
  }
  const groups = [...Map.groupBy(processes, containerKey)].map(([key, members]) => ({ key, members }));
  const rank = ({ members: [first] }: { members: readonly Process[] }) => roleOrder.indexOf(first?.role ?? "other");
  groups.sort((a, b) => rank(a) - rank(b) || nameOf(a.members).localeCompare(nameOf(b.members)));
  const shown = groups
    .map(({ key, members }) => ({ key, members, kept: matches ? kept(members, matches) : null }))
    .filter(({ kept }) => kept === null || kept.size > 0);
  return shown.flatMap(({ key, members, kept }, index) => {
    const groupKey = `group-${key.replace(/\W/g, "_")}`;
    const expanded = !view.collapsed.has(groupKey);
    const place = { level: 1, expanded, setSize: shown.length, posInSet: index + 1 };
    const group = groupRow(groupKey, members, place);
    return expanded ? [group, ...forest(members, kept, matches, view)] : [group];
  });
}

const nameOf = ([first]: readonly Process[]) => (first ? containerName(first) : "");

function groupRow(key: string, members: readonly Process[], place: Place): GroupRow {
  const sum = (value: (process: Process) => number) => members.reduce((total, process) => total + value(process), 0);
  return {
    ...place,
    kind: "group",
    key,
    name: nameOf(members),
    role: members[0]?.role ?? "other",
    processes: members.length,
    zombies: sum(({ state }) => (state === "zombie" ? 1 : 0)),
    threads: sum(({ threads }) => threads),
    cpuPercent: sum(({ cpuPercent }) => cpuPercent),
    rssBytes: sum(({ rssBytes }) => rssBytes),
  };
}

/** The pids that match, and those of their ancestors in the same container. */
function kept(members: readonly Process[], matches: (process: Process) => boolean): Set<number> {
  const byPid = new Map(members.map((process) => [process.pid, process]));
  const pids = new Set<number>();
  for (const process of members.filter(matches)) {
    for (let next: Process | undefined = process; next && !pids.has(next.pid); next = byPid.get(next.ppid)) {
      pids.add(next.pid);
    }
  }
  return pids;
}

function forest(
  members: readonly Process[],
  kept: ReadonlySet<number> | null,
  matches: ((process: Process) => boolean) | null,
  { sort, collapsed, fdsOf }: TreeView,
): ProcessRow[] {
  const shown = kept ? members.filter(({ pid }) => kept.has(pid)) : members;
  const pids = new Set(shown.map(({ pid }) => pid));
  const children = Map.groupBy(sorted(shown, sort, fdsOf), ({ pid, ppid }) => {
    return pids.has(ppid) && ppid !== pid ? ppid : 0;
  });
  const rows: ProcessRow[] = [];
  const walk = (siblings: readonly Process[], level: number) => {
    siblings.forEach((process, index) => {
      const below = children.get(process.pid);
      const expanded = below ? !collapsed.has(process.id) : null;
      const place = { level, expanded, setSize: siblings.length, posInSet: index + 1 };
      rows.push({ ...place, kind: "process", key: process.id, process, faint: matches !== null && !matches(process) });
      if (below && expanded) walk(below, level + 1);
    });
  };
  walk(children.get(0) ?? [], 2);
  return rows;
}
