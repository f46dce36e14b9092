import { TraceFlags } from "@opentelemetry/api";
import { ExportResultCode } from "@opentelemetry/core";
import { emptyResource } from "@opentelemetry/resources";
import type { LogRecordProcessor, ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { MetricProducer, PushMetricExporter, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Batch } from "#telemetry/otlp/batch.ts";
import type { Sender } from "#telemetry/otlp/sender.ts";

interface Closable {
  shutdown(): Promise<void>;
}

/** Ended spans into a batch; those that the sampler left out are nobody's loss. */
export function spanProcessor(batch: Batch<ReadableSpan>, exporter: Closable): SpanProcessor {
  return {
    onStart() {},
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) batch.offer(span);
    },
    forceFlush: batch.flush,
    shutdown: () => batch.shutdown().then(() => exporter.shutdown()),
  };
}

export function recordProcessor(batch: Batch<ReadableLogRecord>, exporter: Closable): LogRecordProcessor {
  return {
    onEmit: batch.offer,
    forceFlush: batch.flush,
    shutdown: () => batch.shutdown().then(() => exporter.shutdown()),
  };
}

/** The reader is told that all went well: what did not has been counted and told, and it would tell it again. */
export function countedMetricExporter(
  exporter: () => Required<PushMetricExporter>,
  { send }: Sender<ResourceMetrics>,
): PushMetricExporter {
  return {
    export: (metrics, done) => void send(metrics).then(() => done({ code: ExportResultCode.SUCCESS })),
    forceFlush: () => exporter().forceFlush(),
    shutdown: () => exporter().shutdown(),
    selectAggregation: (type) => exporter().selectAggregation(type),
    selectAggregationTemporality: (type) => exporter().selectAggregationTemporality(type),
  };
}

export function countDataPoints({ scopeMetrics }: ResourceMetrics): number {
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .reduce((points, { dataPoints }) => points + dataPoints.length, 0);
}

/** Many producers as the one that a reader is made with; one that fails takes nothing from the others. */
export function combineProducers(producers: ReadonlySet<MetricProducer>): MetricProducer {
  return {
    async collect(options) {
      const results = await Promise.allSettled([...producers].map((producer) => producer.collect(options)));
      const collected = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      return {
        resourceMetrics: {
          resource: emptyResource(),
          scopeMetrics: collected.flatMap(({ resourceMetrics }) => resourceMetrics.scopeMetrics),
        },
        errors: [
          ...collected.flatMap(({ errors }) => errors),
          ...results.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])),
        ],
      };
    },
  };
}
