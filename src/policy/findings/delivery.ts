import { type Finding, withLines } from "#policy/findings/finding.ts";

/** What became of telemetry that was to be sent. */
export interface DeliveryLook {
  /** A sentence about what was lost; null: nothing was. */
  readonly losses: string | null;
  /** Milliseconds since the epoch. */
  readonly lastErrorAt: number | null;
}

/** A collector that failed longer ago than this seems to be well again. */
const recentMs = 600_000;

export function deliveryFindings(delivery: DeliveryLook | null, now: number): Finding[] {
  if (!delivery || delivery.losses === null) return [];
  const { losses, lastErrorAt } = delivery;
  const isRecent = lastErrorAt === null || now - lastErrorAt < recentMs;
  return [
    {
      id: "telemetry-lost",
      severity: isRecent ? "warning" : "info",
      title: isRecent ? "Telemetry does not arrive" : "Telemetry was lost",
      seen: `Sexton has ${losses}.`,
      why: "What is lost is missing from traces, logs and metrics for good; GET /events and /metrics have it still.",
      fix: withLines(
        "See whether the collector runs, and whether this is its address:",
        "env:\n  - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: http://otel-collector.observability:4318 }",
      ),
    },
  ];
}
