import { toTimestamp } from "#base/clock.ts";
import type { MetricFamily } from "#telemetry/exposition.ts";
import type { Signal } from "#telemetry/otel-env.ts";

/** What became of the items of a signal: spans, log records, metric data points. Each that was offered is in one of them. */
export interface SignalDelivery {
  readonly exported: number;
  /** Sent in vain: no answer, a refusal, or the retries of the exporter were used up. */
  readonly failed: number;
  /** Sent, and refused one by one by a collector that took the rest (OTLP's partial success). */
  readonly rejected: number;
  /** Not taken into the queue, because it was full or sexton had stopped. */
  readonly dropped: number;
  /** Waiting to be sent or being sent. */
  readonly queued: number;
}

export interface Delivery {
  readonly signals: Readonly<Partial<Record<Signal, SignalDelivery>>>;
  readonly lastError: string | null;
  /** Milliseconds since the epoch. */
  readonly lastErrorAt: number | null;
}

const outcomes = ["exported", "failed", "rejected", "dropped"] as const;

/** How the sending of telemetry goes; nothing where none is sent. */
export function deliveryMetrics(delivery: Delivery | null): MetricFamily[] {
  if (delivery === null) return [];
  const rows = Object.entries(delivery.signals);
  return [
    {
      name: "sexton_telemetry_items_total",
      type: "counter",
      help: "Spans, metric data points and log records by what became of them; all but exported are lost.",
      samples: rows.flatMap(([signal, counts]) =>
        outcomes.map((outcome) => ({ labels: { signal, outcome }, value: counts[outcome] })),
      ),
    },
    {
      name: "sexton_telemetry_queue_items",
      type: "gauge",
      help: "Spans, metric data points and log records that wait to be sent or are being sent.",
      samples: rows.map(([signal, { queued }]) => ({ labels: { signal }, value: queued })),
    },
  ];
}

/** A sentence about what was lost; null when nothing was. */
export function describeLosses({ signals, lastError, lastErrorAt }: Delivery): string | null {
  const lost = Object.entries(signals).flatMap(([signal, { failed, rejected, dropped }]) => {
    const count = failed + rejected + dropped;
    return count === 0 ? [] : [`${count} items of ${signal}`];
  });
  if (lost.length === 0) return null;
  const cause = lastError === null || lastErrorAt === null ? "" : `; at ${toTimestamp(lastErrorAt)}: ${lastError}`;
  return `lost ${lost.join(", ")}${cause}`;
}
