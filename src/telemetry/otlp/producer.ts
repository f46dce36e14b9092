import type { Attributes } from "@opentelemetry/api";
import { type InstrumentationScope, millisToHrTime } from "@opentelemetry/core";
import { emptyResource } from "@opentelemetry/resources";
import type { MetricData, MetricProducer } from "@opentelemetry/sdk-metrics";
import type { ProcessState } from "#process/state.ts";
import type { WatchFigures } from "#telemetry/config-metrics.ts";
import { readPlace } from "#telemetry/container-labels.ts";
import type { Delivery } from "#telemetry/delivery.ts";
import { configData } from "#telemetry/otlp/config-data.ts";
import { metricData, type Point, point, type Span } from "#telemetry/otlp/metric-data.ts";
import { type ProcessMetric, processAttributes, processMetrics } from "#telemetry/process-metrics.ts";
import type { ProcessSnapshot } from "#telemetry/process-snapshot.ts";

export interface ProducerMeans {
  readonly scope: InstrumentationScope;
  /** Milliseconds since the epoch: what is counted from the start of sexton on. */
  readonly startedAt: number;
  /** The same that /metrics is written from. */
  readonly snapshot: () => ProcessSnapshot;
  readonly unseenIds: () => number;
  readonly watches: () => readonly WatchFigures[];
  readonly delivery: () => Delivery;
}

/**
 * Metrics of what is there at the moment of the export. Instruments of the SDK would keep every process that ever was, and
 * fold all into one series after 2,000: a producer keeps nothing, so that who has ended is gone with the next export.
 */
export function createProducer({
  scope,
  startedAt,
  snapshot,
  unseenIds,
  watches,
  delivery,
}: ProducerMeans): MetricProducer {
  return {
    async collect() {
      const seen = snapshot();
      const span = spanOf(startedAt, seen.observedAt);
      const metrics = [
        ...processMetrics.flatMap((metric) => singleMetric(metric, seen)),
        processCount(seen, span),
        zombieCount(seen, span),
        unseenMetric(unseenIds(), span),
        ...configData(watches(), span),
        deliveryMetric(delivery(), span),
      ].filter(({ dataPoints }) => dataPoints.length > 0);
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope, metrics }] }, errors: [] };
    },
  };
}

function spanOf(startedAt: number, observedAt: number): Span {
  return { startTime: millisToHrTime(Math.min(startedAt, observedAt)), endTime: millisToHrTime(observedAt) };
}

function singleMetric({ otel, help, values }: ProcessMetric, { shown, observedAt }: ProcessSnapshot): MetricData[] {
  if (otel === null) return [];
  const { attribute } = otel;
  const points = shown.flatMap((figures): Point[] => {
    const span = spanOf(figures.process.startedAt, observedAt);
    const common = processAttributes(figures);
    return Object.entries(values).flatMap(([key, read]) => {
      const value = read(figures, observedAt);
      return value === null ? [] : [point(span, attribute === null ? common : { ...common, [attribute]: key }, value)];
    });
  });
  return [metricData({ ...otel, description: help }, points)];
}

/** As the conventions have them (registry/attributes/process.md). */
const states: Readonly<Record<ProcessState, string>> = {
  running: "running",
  sleeping: "sleeping",
  "disk-sleep": "sleeping",
  idle: "sleeping",
  stopped: "stopped",
  "tracing-stop": "stopped",
  zombie: "defunct",
  dead: "defunct",
};

function processCount({ sums }: ProcessSnapshot, span: Span): MetricData {
  const counts = new Map<string, number>(Object.values(states).map((state) => [state, 0]));
  for (const { present } of sums) {
    for (const [state, count] of present?.states ?? []) add(counts, states[state], count);
  }
  const description = "Processes that can be seen, by state.";
  return metricData(
    { name: "system.process.count", unit: "{process}", kind: "updown", description },
    pointsOf(counts, span, (state) => ({ "process.state": state })),
  );
}

function zombieCount({ sums }: ProcessSnapshot, span: Span): MetricData {
  const counts = new Map<string, number>([["", 0]]);
  for (const { container, present } of sums) add(counts, container, present?.states.get("zombie") ?? 0);
  const description = "Processes that have ended and were not collected, by the container that they lived in.";
  return metricData(
    { name: "sexton.zombies", unit: "{process}", kind: "updown", description },
    pointsOf(counts, span, placeAttributes),
  );
}

function placeAttributes(place: string): Attributes {
  const { container, pod } = readPlace(place);
  if (container === "") return {};
  if (pod === null) return { "container.name": container };
  const names = { "k8s.container.name": container, "k8s.pod.name": pod.name ?? undefined };
  return { "container.name": container, ...names, "k8s.namespace.name": pod.namespace ?? undefined };
}

function unseenMetric(count: number, span: Span): MetricData {
  const description = "Process and thread ids that were gone before they could be looked at.";
  const kind = { name: "sexton.watch.unseen_ids", unit: "{id}", kind: "counter", description } as const;
  return metricData(kind, [point(span, {}, count)]);
}

function deliveryMetric({ signals }: Delivery, span: Span): MetricData {
  const description = "Spans, metric data points and log records by what became of them; all but exported are lost.";
  const kind = { name: "sexton.telemetry.items", unit: "{item}", kind: "counter", description } as const;
  const points = Object.entries(signals).flatMap(([signal, { queued: _, ...counts }]) =>
    Object.entries(counts).map(([outcome, count]) =>
      point(span, { "sexton.telemetry.signal": signal, "sexton.telemetry.outcome": outcome }, count),
    ),
  );
  return metricData(kind, points);
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function pointsOf(counts: ReadonlyMap<string, number>, span: Span, attributes: (key: string) => Attributes): Point[] {
  return [...counts].map(([key, count]) => point(span, attributes(key), count));
}
