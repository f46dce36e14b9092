import { toTimestamp } from "#base/clock.ts";
import { type Column, columns, humanBytes, humanSeconds, printable } from "#base/columns.ts";
import type { ContainerSummary } from "#daemon/containers/containers.ts";
import type { ProcessDetail } from "#daemon/inspect.ts";
import type { DatedStray } from "#daemon/zombies/strays.ts";
import type { Container } from "#process/container.ts";
import { formatId } from "#process/identity.ts";
import { commandLine, type Process } from "#process/process.ts";
import type { Branch } from "#process/selector.ts";
import { letterOf } from "#process/state.ts";

export function containerView(container: Container | null) {
  return container && { id: container.id, name: container.name, podUid: container.podUid };
}

/** By pid. */
type StraysByPid = ReadonlyMap<number, DatedStray>;

function strayView(stray: DatedStray | undefined) {
  if (!stray) return null;
  const { reason, since, root, interactive } = stray;
  return { reason, since: toTimestamp(since), root: formatId(root), interactive };
}

export function processView(process: Process, now: number, strays: StraysByPid) {
  const { facts } = process;
  return {
    pid: process.pid,
    startTicks: process.startTicks,
    id: formatId(process),
    ppid: process.ppid,
    startTime: toTimestamp(process.startedAt),
    uptimeSeconds: Math.max(0, Math.round((now - process.startedAt) / 10) / 100),
    name: process.name,
    args: facts.args,
    commandLine: facts.args && facts.args.length > 0 ? facts.args.join(" ") : null,
    exe: facts.exe,
    state: process.state,
    uid: facts.uid,
    gid: facts.gid,
    threads: process.threads,
    cpuSeconds: process.cpuSeconds,
    cpuPercent: process.cpuPercent,
    rssBytes: process.rssBytes,
    virtualBytes: process.virtualBytes,
    role: process.role,
    container: containerView(process.container),
    stray: strayView(strays.get(process.pid)),
    ...(facts.argsTruncated ? { argsTruncated: true } : {}),
    ...(facts.denied.length > 0 ? { denied: facts.denied } : {}),
  };
}

export function treeView({ process, children }: Branch, now: number, strays: StraysByPid): object {
  return { ...processView(process, now, strays), children: children.map((child) => treeView(child, now, strays)) };
}

export function detailView(detail: ProcessDetail, now: number, strays: StraysByPid) {
  const { process, credentials, limits, terminates, ...rest } = detail;
  return {
    ...processView(process, now, strays),
    ...rest,
    terminates: { SIGTERM: terminates },
    limits: limits && Object.fromEntries(limits),
    realUid: credentials.realUid,
    realGid: credentials.realGid,
  };
}

export function containerSummaryView(summary: ContainerSummary) {
  const { container, startedAt, pids, ...rest } = summary;
  const { container: _, ...budget } = pids;
  return { ...containerView(container), ...rest, pids: budget, startedAt: toTimestamp(startedAt) };
}

interface Line {
  readonly process: Process;
  readonly prefix: string;
}

const processColumns: readonly Column<Line>[] = [
  { title: "PID", align: "right", value: ({ process }) => process.pid },
  { title: "PPID", align: "right", value: ({ process }) => process.ppid },
  { title: "UID", align: "right", value: ({ process }) => process.facts.uid },
  { title: "S", value: ({ process }) => letterOf(process.state) },
  { title: "%CPU", align: "right", value: ({ process }) => process.cpuPercent.toFixed(1) },
  { title: "RSS", align: "right", value: ({ process }) => humanBytes(process.rssBytes) },
  { title: "TIME", align: "right", value: ({ process }) => humanSeconds(process.cpuSeconds) },
  { title: "CONTAINER", value: ({ process }) => containerLabel(process) },
  { title: "COMMAND", value: ({ process, prefix }) => prefix + commandLine(process) },
];

/** A table like ps(1); with `strays`, it says what is known of them. */
export function processTable(processes: readonly Process[], strays?: StraysByPid): string {
  return columns(
    processes.map((process) => ({ process, prefix: "" })),
    columnsWith(strays),
  );
}

function columnsWith(strays: StraysByPid | undefined): readonly Column<Line>[] {
  if (!strays) return processColumns;
  const of = ({ process }: Line) => strays.get(process.pid);
  const stray: readonly Column<Line>[] = [
    { title: "STRAY", value: (line) => of(line)?.reason ?? null },
    { title: "SINCE", value: (line) => strayView(of(line))?.since ?? null },
    { title: "ROOT", align: "right", value: (line) => of(line)?.root.pid ?? null },
  ];
  return [...processColumns.slice(0, -1), ...stray, ...processColumns.slice(-1)];
}

/** The same with each command below its parent's, as `ps --forest` draws it. */
export function processForest(roots: readonly Branch[], strays?: StraysByPid): string {
  const lines: Line[] = [];
  const walk = (branch: Branch, prefix: string, below: string) => {
    lines.push({ process: branch.process, prefix });
    branch.children.forEach((child, index) => {
      const last = index === branch.children.length - 1;
      walk(child, `${below}${last ? "└─ " : "├─ "}`, `${below}${last ? "   " : "│  "}`);
    });
  };
  for (const root of roots) walk(root, "", "");
  return columns(lines, columnsWith(strays));
}

function containerLabel({ container, role }: Process): string | null {
  return container?.name ?? container?.id?.slice(0, 12) ?? (role === "other" ? null : role);
}

export function containerTable(summaries: readonly ContainerSummary[]): string {
  return columns(summaries, [
    { title: "NAME", value: ({ container }) => container.name },
    { title: "ID", value: ({ container }) => container.id?.slice(0, 12) ?? null },
    { title: "ROLE", value: ({ role }) => role },
    { title: "PROCESSES", align: "right", value: ({ processes }) => processes },
    { title: "PIDS", align: "right", value: ({ pids }) => `${pids.current}/${pids.limit ?? "-"}` },
    { title: "RSS", align: "right", value: ({ rssBytes }) => humanBytes(rssBytes) },
    { title: "STARTED", value: ({ startedAt }) => toTimestamp(startedAt) },
    { title: "ROOT PIDS", value: ({ rootPids }) => rootPids.join(",") },
  ]);
}

/** One process, a fact a line. */
export function detailText(detail: ReturnType<typeof detailView>): string {
  const rows = Object.entries(detail).map(([key, value]) => ({ key, value }));
  return rows.map(({ key, value }) => `${key.padEnd(16)} ${printable(factText(value))}\n`).join("");
}

function factText(value: unknown): string {
  if (value === null) return "-";
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return value.join(" ") || "-";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
