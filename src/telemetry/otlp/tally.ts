import type { Clock } from "#base/clock.ts";
import type { Log } from "#base/log.ts";
import type { SignalDelivery } from "#telemetry/delivery.ts";
import type { Signal } from "#telemetry/otel-env.ts";

/** Counts what becomes of the items of one signal, and tells the log when that changes. */
export interface Tally {
  exported(items: number): void;
  failed(items: number, reason: string): void;
  dropped(items: number): void;
  /** What the collector's answer to the batch that is about to be `exported` says of it. */
  rejected(items: number): void;
  counts(): Omit<SignalDelivery, "queued">;
  lastError(): { readonly message: string; readonly at: number } | null;
}

/** An outage is told when it begins, once in so long while it lasts, and when it is over. */
const repeatMs = 60_000;

export function createTally(signal: Signal, log: Pick<Log, "warn" | "info">, clock: Clock): Tally {
  const counts = { exported: 0, failed: 0, rejected: 0, dropped: 0 };
  let pendingRejected = 0;
  let lastError: { message: string; at: number } | null = null;
  let toldAt: number | null = null;
  let untold = 0;
  let outageTold = false;

  /** Whether the log was told. */
  function lost(items: number, reason: string): boolean {
    untold += items;
    const now = clock();
    if (toldAt !== null && now - toldAt < repeatMs) return false;
    log.warn("telemetry is lost", { signal, items: untold, reason });
    toldAt = now;
    untold = 0;
    return true;
  }

  function recovered(): void {
    if (outageTold) log.info("telemetry is sent again", { signal, lostSince: untold });
    if (outageTold) untold = 0;
    outageTold = false;
  }

  return {
    exported(items) {
      counts.exported += Math.max(0, items - pendingRejected);
      pendingRejected = 0;
      recovered();
    },
    failed(items, reason) {
      counts.failed += items;
      lastError = { message: reason, at: clock() };
      outageTold = lost(items, reason) || outageTold;
    },
    dropped(items) {
      counts.dropped += items;
      lost(items, "the queue is full");
    },
    rejected(items) {
      counts.rejected += items;
      pendingRejected += items;
      const reason = "the collector took only a part of a batch";
      lastError = { message: reason, at: clock() };
      lost(items, reason);
    },
    counts: () => ({ ...counts }),
    lastError: () => lastError,
  };
}
