import { toTimestamp } from "#base/clock.ts";
import { type Column, columns, humanBytes, printable } from "#base/columns.ts";
import type { ContainerSummary } from "#daemon/containers/containers.ts";
import type { ProcessDetail } from "#daemon/inspect.ts";
import type { PodSummary } from "#daemon/pods/summary.ts";
import type { DatedStray } from "#daemon/zombies/strays.ts";
import { type Container, containerRef } from "#process/container.ts";
import { formatId } from "#process/identity.ts";
import { podLabel } from "#process/pod.ts";
import type { Process } from "#process/process.ts";
import type { ProcessLine } from "#process/process-table.ts";
import type { Branch } from "#process/selector.ts";
import { shownArgs, shownLine } from "#process/shown.ts";

export function containerView(container: Container | null) {
  return container && { ...containerRef(container), podUid: container.pod?.uid ?? null };
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
    args: shownArgs(facts),
    commandLine: shownLine(facts),
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

export function treeView({ process, children }: Branch, now: number, strays: StraysByPid): ProcessLine {
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

export function podSummaryView({ pod, startedAt, ...rest }: PodSummary) {
  return { ...pod, ...rest, startedAt: toTimestamp(startedAt) };
}

export function containerTable(summaries: readonly ContainerSummary[]): string {
  const hasPods = summaries.some(({ container }) => podLabel(container.pod) !== null);
  const podColumn: Column<ContainerSummary> = { title: "POD", value: ({ container }) => podLabel(container.pod) };
  return columns(summaries, [
    ...(hasPods ? [podColumn] : []),
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
