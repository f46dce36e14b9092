import { toTimestamp } from "#base/clock.ts";
import { shortHash } from "#process/config-hash.ts";
import type { Pending, ReloadRecord, RunReport, WatchSettings, WatchState } from "#process/reload.ts";
import { rejectionText } from "#process/reload-text.ts";
import { placeOf } from "#process/url.ts";

const time = (epochMs: number | null) => (epochMs === null ? null : toTimestamp(epochMs));
const seconds = (ms: number) => Math.round(ms) / 1000;

export function watchView(state: WatchState) {
  const { settings, content, last } = state;
  return {
    name: settings.name,
    paths: settings.paths,
    target: settings.target,
    verb: settings.verb,
    lastChange: time(state.changedAt),
    lastReload: last && reloadView(last),
    pending: state.pending && pendingView(state.pending),
    hash: content && shortHash(content.hash),
    problem: state.problem ?? content?.problem ?? state.targetProblem,
    appliedHash: state.appliedHash === null ? null : shortHash(state.appliedHash),
    generation: content?.generation ?? null,
    files: content?.files ?? null,
    bytes: content?.bytes ?? null,
    contentChangedAt: time(content?.changedAt ?? null),
    changes: state.changes,
    mechanism: state.mechanism,
    heldUntil: time(state.heldUntil),
    oldWorkers: state.oldWorkers,
    errors: state.errors,
    settings: settingsView(settings),
  };
}

function pendingView({ reason, until }: Pending) {
  return { reason, until: time(until) };
}

function settingsView({ validate, http, proof, retry, ...settings }: WatchSettings) {
  return {
    settleSeconds: seconds(settings.settleMs),
    settleMostSeconds: seconds(settings.settleMostMs),
    rescanSeconds: seconds(settings.rescanMs),
    minSpacingSeconds: seconds(settings.minSpacingMs),
    splaySeconds: seconds(settings.splayMs),
    validate: validate?.kind ?? null,
    http: http && placeOf(http.url),
    proof: { waitSeconds: seconds(proof.waitMs), http: proof.http && placeOf(proof.http.url) },
    retry: { on: retry.on, leastSeconds: seconds(retry.leastMs), mostSeconds: seconds(retry.mostMs) },
  };
}

export function reloadView(record: ReloadRecord) {
  const { id, watch, reason, status, evidence, detail, attempt, startedAt, endedAt, generation } = record;
  return {
    id,
    watch,
    reason,
    status,
    evidence,
    detail,
    attempt,
    startedAt: toTimestamp(startedAt),
    endedAt: time(endedAt),
    durationSeconds: endedAt === null ? null : seconds(endedAt - startedAt),
    hash: shortHash(record.hash),
    generation,
    process: record.process,
    rejection: record.rejection,
  };
}

/** One shape for what was done and for what would have been. */
export function runView(watch: string, report: RunReport, traceId: string | null) {
  if (report.kind === "ran") return { ...reloadView(report.record), dryRun: false, traceId };
  const { content, rejection } = report;
  return {
    id: null,
    watch,
    reason: "request" as const,
    status: rejection ? "rejected" : "would-reload",
    evidence: [],
    detail: rejection && `Cannot use ${rejectionText(rejection)}`,
    attempt: null,
    startedAt: null,
    endedAt: null,
    durationSeconds: null,
    hash: shortHash(content.hash),
    generation: content.generation,
    process: null,
    rejection,
    dryRun: true,
    traceId,
  };
}
