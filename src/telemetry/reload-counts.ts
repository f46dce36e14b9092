import type { Bus } from "#daemon/bus.ts";
import type { Reloads } from "#process/reload.ts";
import { createHistogram, type Histogram } from "#telemetry/histogram.ts";

export const reloadOutcomes = ["confirmed", "unconfirmed", "superseded", "failed", "rejected"] as const;
export type ReloadOutcome = (typeof reloadOutcomes)[number];

/** What the reloads of a watch have come to so far. Of "" are those that somebody asked for without a watch. */
export interface ReloadCount {
  readonly number: Record<ReloadOutcome, number>;
  /** When the last one came to it, milliseconds since the epoch. */
  readonly lastAt: Record<ReloadOutcome, number | null>;
  last: ReloadOutcome | null;
}

export interface ReloadCounts {
  /** As they are now, by watch. */
  now(): ReadonlyMap<string, ReloadCount>;
  readonly durations: Histogram;
}

/** A reload ends in tens of milliseconds where workers are replaced, and after the wait for evidence where there is none. */
const bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Counts reloads once each: those of watches by their records, which know all ways to end, others by the register. The
 * last hundred are kept, so they are looked at with every event of a reload, and whenever somebody wants the counts.
 */
export function countReloads(reloads: Pick<Reloads, "records">, bus: Pick<Bus, "listen">): ReloadCounts {
  const counts = new Map<string, ReloadCount>();
  const durations = createHistogram({
    name: "sexton_reload_duration_seconds",
    help: "Time from the start of a reload to its outcome, by watch; without a name where somebody asked for it by its signal.",
    bounds,
  });
  const open = new Set<number>();
  let newestId = 0;

  function ended(watch: string, outcome: ReloadOutcome, seconds: number, at: number): void {
    const count = counts.get(watch) ?? newCount();
    counts.set(watch, count);
    count.number[outcome]++;
    count.lastAt[outcome] = at;
    // Nobody knows what it would have come to: what the one before has come to stands until the newer one ends.
    if (outcome !== "superseded") count.last = outcome;
    if (outcome !== "rejected") durations.observe(seconds, { watch, outcome });
  }

  function take(): void {
    const records = reloads.records();
    const fresh = records.filter(({ id }) => id > newestId || open.has(id)).toSorted((a, b) => a.id - b.id);
    for (const record of fresh) {
      newestId = Math.max(newestId, record.id);
      if (record.status === "running" || record.endedAt === null) open.add(record.id);
      else {
        open.delete(record.id);
        ended(record.watch, record.status, (record.endedAt - record.startedAt) / 1000, record.endedAt);
      }
    }
    for (const id of open) {
      if (records.some((record) => record.id === id)) continue;
      // One that was none after all: the next may have its id.
      open.delete(id);
      newestId = Math.min(newestId, id - 1);
    }
  }

  bus.listen(({ type, data, time }) => {
    const isEnd = type === "reload.confirmed" || type === "reload.unconfirmed" || type === "reload.failed";
    if (isEnd && typeof data["watch"] !== "string") {
      const outcome = type.slice("reload.".length) as ReloadOutcome;
      ended("", outcome, Number(data["afterSeconds"] ?? 0), time);
    } else if (isEnd || type === "reload.started" || type === "config.rejected" || type === "config.changed") take();
  });

  return {
    now() {
      take();
      return counts;
    },
    durations,
  };
}

export function newCount(): ReloadCount {
  return {
    number: { confirmed: 0, unconfirmed: 0, superseded: 0, failed: 0, rejected: 0 },
    lastAt: { confirmed: null, unconfirmed: null, superseded: null, failed: null, rejected: null },
    last: null,
  };
}
