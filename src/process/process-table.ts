import { type Column, columns, humanBytes, humanSeconds, type Look } from "#base/columns.ts";
import type { ContainerRef } from "#process/container.ts";
import { podLabel } from "#process/pod.ts";
import type { ProcessRole } from "#process/process.ts";
import { letterOf, type ProcessState } from "#process/state.ts";

/** Of a process, as the API answers it, what its line in a table is made of. */
export interface ProcessLine {
  readonly pid: number;
  readonly ppid: number;
  readonly uid: number | null;
  readonly state: ProcessState;
  readonly cpuPercent: number;
  readonly rssBytes: number;
  readonly threads: number;
  readonly cpuSeconds: number;
  readonly uptimeSeconds: number;
  readonly name: string;
  readonly commandLine: string | null;
  readonly role: ProcessRole;
  readonly container: ContainerRef | null;
  readonly stray: { readonly reason: string; readonly since: string; readonly root: string } | null;
  /** In a tree. */
  readonly children?: readonly ProcessLine[];
}

interface Row {
  readonly process: ProcessLine;
  /** The branches of the tree in front of the command. */
  readonly prefix: string;
}

/** What a narrow terminal has no room for goes in this order, so that something of the command is seen. */
const firstColumns: readonly Column<Row>[] = [
  { title: "PID", align: "right", value: ({ process }) => process.pid },
  { title: "PPID", align: "right", leftOut: 6, value: ({ process }) => process.ppid },
  { title: "UID", align: "right", leftOut: 5, value: ({ process }) => process.uid },
  { title: "S", value: ({ process }) => letterOf(process.state) },
  { title: "%CPU", align: "right", leftOut: 3, value: ({ process }) => process.cpuPercent.toFixed(1) },
  { title: "RSS", align: "right", leftOut: 2, value: ({ process }) => humanBytes(process.rssBytes) },
  { title: "THR", align: "right", leftOut: 8, value: ({ process }) => process.threads },
  { title: "TIME", align: "right", leftOut: 7, value: ({ process }) => humanSeconds(process.cpuSeconds) },
  { title: "AGE", align: "right", leftOut: 4, value: ({ process }) => shortSpan(process.uptimeSeconds) },
  { title: "CONTAINER", leftOut: 1, value: ({ process }) => containerOf(process) },
];

const lastColumns: readonly Column<Row>[] = [
  { title: "COMMAND", value: ({ process, prefix }) => `${prefix}${process.commandLine ?? `[${process.name}]`}` },
];

const podColumns: readonly Column<Row>[] = [
  { title: "NAMESPACE", leftOut: 9, value: ({ process }) => process.container?.pod?.namespace ?? null },
  { title: "POD", leftOut: 1, value: ({ process }) => process.container?.pod?.name ?? null },
];

const strayColumns: readonly Column<Row>[] = [
  { title: "STRAY", value: ({ process }) => process.stray?.reason ?? null },
  { title: "SINCE", leftOut: 5, value: ({ process }) => process.stray?.since ?? null },
  { title: "ROOT", align: "right", value: ({ process }) => process.stray?.root.split("-")[0] ?? null },
];

export interface ProcessLook {
  readonly width: number | null;
  readonly paintTitles: (line: string) => string;
  readonly paintProcess: (process: ProcessLine, line: string) => string;
}

interface Shape {
  /** Says what is known of strays. */
  readonly strays: boolean;
  readonly look?: ProcessLook;
}

/** A table like ps(1); those that have `children` with each command below its parent's, as `ps --forest` draws it. */
export function processTable(processes: readonly ProcessLine[], { strays, look }: Shape): string {
  const rows: Row[] = [];
  const walk = (process: ProcessLine, prefix: string, below: string) => {
    rows.push({ process, prefix });
    process.children?.forEach((child, index, { length }) => {
      const last = index === length - 1;
      walk(child, `${below}${last ? "└─ " : "├─ "}`, `${below}${last ? "   " : "│  "}`);
    });
  };
  for (const root of processes) walk(root, "", "");
  // Only a node has pods to be told apart.
  const hasPods = rows.some(({ process }) => podLabel(process.container?.pod) !== null);
  const chosen = [...firstColumns, ...(hasPods ? podColumns : []), ...(strays ? strayColumns : []), ...lastColumns];
  return columns(rows, chosen, look ? lookOf(look) : {});
}

function lookOf({ width, paintTitles, paintProcess }: ProcessLook): Look<Row> {
  return { width, paintTitles, paintRow: ({ process }, line) => paintProcess(process, line) };
}

/** The pod has columns of its own. */
function containerOf({ container, role }: Pick<ProcessLine, "container" | "role">): string | null {
  return container?.name ?? container?.id?.slice(0, 12) ?? (role === "other" ? null : role);
}

/** 75 s as `1m`, 4000 s as `1h6m`, 200000 s as `2d7h`: two units at most, the second where the first is small. */
export function shortSpan(total: number): string {
  const seconds = Math.floor(total);
  const [minutes, hours, days] = [60, 3_600, 86_400].map((unit) => Math.floor(seconds / unit)) as [
    number,
    number,
    number,
  ];
  if (days > 9) return `${days}d`;
  if (days > 0) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  if (hours > 9) return `${hours}h`;
  if (hours > 0) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  return minutes > 0 ? `${minutes}m` : `${seconds}s`;
}
