import { context, diag, logs, metrics, propagation, trace } from "@opentelemetry/api";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { type Clock, systemClock } from "#base/clock.ts";
import type { Log } from "#base/log.ts";
import type { Delivery } from "#telemetry/delivery.ts";
import type { OtelEnv } from "#telemetry/otel-env.ts";
import { installDiagnostics } from "#telemetry/otlp/diagnostics.ts";
import { createIds } from "#telemetry/otlp/ids.ts";
import { type Observed, observe } from "#telemetry/otlp/observe.ts";
import { createPatience } from "#telemetry/otlp/patience.ts";
import { createPipelines, type Pipeline } from "#telemetry/otlp/pipelines.ts";
import { createProducer, type ProducerMeans } from "#telemetry/otlp/producer.ts";
import { resourceAttributes } from "#telemetry/otlp/resource.ts";
import { describeError } from "#telemetry/otlp/sender.ts";
import { readSettings } from "#telemetry/otlp/settings.ts";
import { createTally } from "#telemetry/otlp/tally.ts";

export interface OtlpOptions {
  readonly env: OtelEnv;
  readonly version: string;
  readonly log: Log;
  readonly clock?: Clock;
}

/** Telemetry on its way to a collector. Nothing here waits for it, and nothing here rejects. */
export interface Otlp {
  /** Tells what happens and what is there from now on. */
  observe(observed: Observed & Pick<ProducerMeans, "snapshot" | "unseenIds" | "watches">): void;
  status(): Delivery;
  /** Sends what waits, all signals at once. */
  flush(): Promise<void>;
  /** Sends what can be sent within so many milliseconds; what cannot is told and lost. */
  shutdown(withinMs: number): Promise<void>;
}

/** Starts the SDK by OTEL_*, which says where to send; throws a UsageError for what its user can mend there. */
export function startOtlp({ env, version, log, clock = systemClock }: OtlpOptions): Otlp {
  const settings = readSettings(env);
  const patience = createPatience(clock);
  const pipelines = createPipelines(settings, (signal) => createTally(signal, log, clock), patience);
  const tallies = Object.fromEntries(pipelines.open.map(({ signal, tally }) => [signal, tally]));
  const attributes = resourceAttributes(env, version, settings.resourceAttributes, () => crypto.randomUUID());
  const ids = createIds();
  // The SDK would put a logger of its own onto the console if OTEL_LOG_LEVEL is set; ours comes after it.
  const sdk = new NodeSDK({
    resource: defaultResource().merge(resourceFromAttributes(attributes)),
    autoDetectResources: false,
    spanProcessors: pipelines.spanProcessors,
    logRecordProcessors: pipelines.logRecordProcessors,
    metricReaders: pipelines.metricReaders,
    idGenerator: ids,
  });
  installDiagnostics(log, settings.diagnostics, tallies, patience, clock);
  sdk.start();
  const ways = Object.entries(settings.signals).map(([signal, { endpoint, protocol }]) => [
    signal,
    `${endpoint} by ${protocol}`,
  ]);
  log.info("telemetry is sent", Object.fromEntries(ways));

  const status = () => summarize(pipelines.open);

  async function close(withinMs: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    await Promise.race([sdk.shutdown().catch((cause) => diag.error(describeError(cause))), late]);
    clearTimeout(timer);
    for (const [signal, { queued }] of Object.entries(status().signals)) {
      if (queued > 0) log.warn("telemetry is lost", { signal, items: queued, reason: "sexton ends" });
    }
    for (const api of [trace, logs, metrics, propagation, context, diag]) api.disable();
  }

  let closing: Promise<void> | null = null;
  return {
    observe({ snapshot, unseenIds, watches, ...observed }) {
      const scope = { name: "sexton", version };
      observe(observed, {
        tracer: trace.getTracer(scope.name, version),
        logger: logs.getLogger(scope.name, version),
        meter: metrics.getMeter(scope.name, version),
        ids,
      });
      pipelines.producers.add(
        createProducer({ scope, startedAt: clock(), snapshot, unseenIds, watches, delivery: status }),
      );
    },
    status,
    flush: () => Promise.allSettled(pipelines.open.map(({ flush }) => flush())).then(() => {}),
    shutdown(withinMs) {
      closing ??= close(withinMs);
      return closing;
    },
  };
}

function summarize(open: readonly Pipeline[]): Delivery {
  const errors = open.flatMap(({ tally }) => tally.lastError() ?? []).sort((one, other) => other.at - one.at);
  return {
    signals: Object.fromEntries(
      open.map(({ signal, tally, queued }) => [signal, { ...tally.counts(), queued: queued() }]),
    ),
    lastError: errors[0]?.message ?? null,
    lastErrorAt: errors[0]?.at ?? null,
  };
}
