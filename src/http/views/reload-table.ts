import { toTimestamp } from "#base/clock.ts";
import { type Column, columns, humanSeconds, printable } from "#base/columns.ts";
import { shortHash } from "#process/config-hash.ts";
import type { ReloadRecord, WatchState } from "#process/reload.ts";
import { reloadReason } from "#process/reload-text.ts";

/** Of the reloads those that fit on a screen; the answer in JSON has them all. */
const shownReloads = 10;

export function reloadsTable(
  watches: readonly WatchState[],
  records: readonly ReloadRecord[],
  { now, usage }: { readonly now: number; readonly usage: readonly string[] },
): string {
  const parts = [watches.length === 0 ? "No watch is configured.\n" : columns(watches, watchColumns(now))];
  const problems = watches.flatMap(({ settings, content, problem, targetProblem }) => {
    const found = problem ?? content?.problem ?? targetProblem;
    return found === null ? [] : [`- ${printable(`${settings.name}: ${found}`)}\n`];
  });
  if (problems.length > 0) parts.push(problems.join(""));
  if (records.length > 0) parts.push(columns(records.slice(0, shownReloads), reloadColumns));
  return `${parts.join("\n")}\n${usage.map((line) => `${line}\n`).join("")}`;
}

function watchColumns(now: number): readonly Column<WatchState>[] {
  const ago = (at: number | null | undefined) =>
    at == null ? null : `${humanSeconds(Math.max(0, now - at) / 1000)} ago`;
  return [
    { title: "WATCH", value: ({ settings }) => settings.name },
    { title: "PATHS", value: ({ settings }) => settings.paths.join(",") },
    { title: "TARGET", value: ({ settings }) => settings.target ?? "(main app)" },
    { title: "HASH", value: ({ content }) => content && shortHash(content.hash) },
    { title: "CHANGED", align: "right", value: ({ changedAt }) => ago(changedAt) },
    { title: "RELOADED", align: "right", value: ({ last }) => ago(last?.endedAt ?? last?.startedAt) },
    { title: "STATUS", value: ({ last }) => last?.status ?? null },
    { title: "PENDING", value: ({ pending }) => pending && pendingText(pending, now) },
    { title: "BY", value: ({ mechanism }) => mechanism },
  ];
}

function pendingText({ reason, until }: NonNullable<WatchState["pending"]>, now: number): string {
  return until === null ? reason : `${reason} ${humanSeconds(Math.max(0, until - now) / 1000)}`;
}

const reloadColumns: readonly Column<ReloadRecord>[] = [
  { title: "ID", align: "right", value: ({ id }) => id },
  { title: "STARTED", value: ({ startedAt }) => toTimestamp(startedAt) },
  { title: "WATCH", value: ({ watch }) => watch },
  { title: "REASON", value: ({ reason, attempt }) => (attempt > 1 ? `${reason} (${attempt})` : reason) },
  { title: "STATUS", value: ({ status }) => status },
  {
    title: "SECONDS",
    align: "right",
    value: ({ startedAt, endedAt }) => (endedAt === null ? null : Math.round(endedAt - startedAt) / 1000),
  },
  { title: "HASH", value: ({ hash }) => shortHash(hash) },
  { title: "WHY", value: (record) => reloadReason(record) || null },
];
