import type { LogRecordProcessor } from "@opentelemetry/sdk-logs";
import { type MetricProducer, type MetricReader, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Signal } from "#telemetry/otel-env.ts";
import { createBatch } from "#telemetry/otlp/batch.ts";
import { exporters } from "#telemetry/otlp/exporters.ts";
import type { Patience } from "#telemetry/otlp/patience.ts";
import {
  combineProducers,
  countDataPoints,
  countedMetricExporter,
  recordProcessor,
  spanProcessor,
} from "#telemetry/otlp/processors.ts";
import { createRenewed } from "#telemetry/otlp/renewed.ts";
import { createSender, type Exporter } from "#telemetry/otlp/sender.ts";
import type { OtlpSettings } from "#telemetry/otlp/settings.ts";
import type { Tally } from "#telemetry/otlp/tally.ts";

/** One signal's way out: counted at both ends. */
export interface Pipeline {
  readonly signal: Signal;
  readonly tally: Tally;
  queued(): number;
  flush(): Promise<void>;
}

export interface Pipelines {
  readonly open: readonly Pipeline[];
  readonly spanProcessors: SpanProcessor[];
  readonly logRecordProcessors: LogRecordProcessor[];
  readonly metricReaders: MetricReader[];
  /** What is added here goes with the next export of metrics. */
  readonly producers: Set<MetricProducer>;
}

/** A pipeline for each signal that has an endpoint. */
export function createPipelines(
  settings: OtlpSettings,
  tallyOf: (signal: Signal) => Tally,
  patience: Pick<Patience, "restMs">,
): Pipelines {
  const { traces, metrics, logs } = settings.signals;
  const open: Pipeline[] = [];
  const spanProcessors: SpanProcessor[] = [];
  const logRecordProcessors: LogRecordProcessor[] = [];
  const metricReaders: MetricReader[] = [];
  const producers = new Set<MetricProducer>();

  function queue<T>(signal: "traces" | "logs", exporter: Exporter<T[]>) {
    const limits = settings.batches[signal];
    const tally = tallyOf(signal);
    const sender = createSender(exporter, ({ length }: T[]) => length, tally, limits.exportTimeoutMs);
    const batch = createBatch(limits, sender.send, tally.dropped, patience.restMs);
    open.push({ signal, tally, queued: () => batch.waiting() + sender.onTheWay(), flush: batch.flush });
    return batch;
  }

  if (traces) {
    const { protocol, timeoutMs, files } = traces;
    const exporter = createRenewed(files, () => new exporters.traces[protocol]({ timeoutMillis: timeoutMs }));
    spanProcessors.push(spanProcessor(queue("traces", exporter), exporter));
  }
  if (logs) {
    const { protocol, timeoutMs, files } = logs;
    const exporter = createRenewed(files, () => new exporters.logs[protocol]({ timeoutMillis: timeoutMs }));
    logRecordProcessors.push(recordProcessor(queue("logs", exporter), exporter));
  }
  if (metrics) {
    const { protocol, timeoutMs, files } = metrics;
    const exporter = createRenewed(files, () => new exporters.metrics[protocol]({ timeoutMillis: timeoutMs }));
    const tally = tallyOf("metrics");
    const sender = createSender(exporter, countDataPoints, tally, settings.metricTimeoutMs);
    const reader = new PeriodicExportingMetricReader({
      exporter: countedMetricExporter(exporter.current, sender),
      exportIntervalMillis: settings.metricIntervalMs,
      exportTimeoutMillis: settings.metricTimeoutMs,
      metricProducers: [combineProducers(producers)],
    });
    open.push({ signal: "metrics", tally, queued: sender.onTheWay, flush: () => reader.forceFlush() });
    metricReaders.push(reader);
  }
  return { open, spanProcessors, logRecordProcessors, metricReaders, producers };
}
