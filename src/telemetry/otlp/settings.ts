import { type OtelEnv, type Signal, signals, wantedSignals } from "#telemetry/otel-env.ts";
import type { BatchLimits } from "#telemetry/otlp/batch.ts";
import { checkEndpoint, type Protocol, protocols } from "#telemetry/otlp/endpoint.ts";
import { createVariables, refuse, type Variables } from "#telemetry/otlp/variables.ts";

export interface SignalSettings {
  readonly protocol: Protocol;
  /** Without what may be secret in it. */
  readonly endpoint: string;
  readonly timeoutMs: number;
  /** The certificates and keys that the exporter reads. */
  readonly files: readonly string[];
}

export interface OtlpSettings {
  /** What is sent, and how. */
  readonly signals: Readonly<Partial<Record<Signal, SignalSettings>>>;
  readonly batches: Readonly<Record<"traces" | "logs", BatchLimits & { readonly exportTimeoutMs: number }>>;
  readonly metricIntervalMs: number;
  readonly metricTimeoutMs: number;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly diagnostics: (typeof diagnosticLevels)[number];
}

const diagnosticLevels = ["none", "error", "warn", "info", "debug", "verbose", "all"] as const;

/** The specification says 10 s. Sexton's end has to wait for a batch that is being retried, and has 5 s for all. */
const defaultTimeoutMs = 3_000;
/** The specification says 5 s for spans. Sexton's are few, and somebody who has just reloaded an app looks for them. */
const defaultSpanDelayMs = 1_000;

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** What the SDK reads by itself; here it is only made sure that it understands it. */
const limits = [
  "OTEL_ATTRIBUTE_COUNT_LIMIT",
  "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
  "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
  "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
  "OTEL_SPAN_EVENT_COUNT_LIMIT",
  "OTEL_SPAN_LINK_COUNT_LIMIT",
  "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
  "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
  "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
  "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
];

/** The settings of OTEL_*, checked; throws a UsageError for what its user can mend. */
export function readSettings(env: OtelEnv): OtlpSettings {
  const variables = createVariables(env);
  for (const signal of signals) variables.choice([`OTEL_${signal.toUpperCase()}_EXPORTER`], ["otlp", "none"], "otlp");
  for (const limit of limits) variables.number([limit], 0, 0);
  variables.word(["OTEL_SDK_DISABLED"], ["true", "false"], "false");
  variables.list("OTEL_PROPAGATORS", ["tracecontext", "baggage", "b3", "b3multi", "none"]);
  variables.word(
    ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"],
    ["cumulative", "delta", "lowmemory"],
    "cumulative",
  );
  checkSampler(variables);
  const metricIntervalMs = variables.number(["OTEL_METRIC_EXPORT_INTERVAL"], 1, 60_000);
  return {
    signals: Object.fromEntries(wantedSignals(env).map((signal) => [signal, readSignal(signal, variables)])),
    batches: {
      traces: readBatch("OTEL_BSP", variables, defaultSpanDelayMs),
      logs: readBatch("OTEL_BLRP", variables, 1_000),
    },
    metricIntervalMs,
    metricTimeoutMs: Math.min(variables.number(["OTEL_METRIC_EXPORT_TIMEOUT"], 1, 30_000), metricIntervalMs),
    resourceAttributes: variables.pairs("OTEL_RESOURCE_ATTRIBUTES", false),
    diagnostics: variables.word(["OTEL_LOG_LEVEL"], diagnosticLevels, "warn"),
  };
}

function readSignal(signal: Signal, variables: Variables): SignalSettings {
  const names = (what: string) => [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${what}`, `OTEL_EXPORTER_OTLP_${what}`];
  const protocol = variables.choice(names("PROTOCOL"), protocols, "http/protobuf");
  const endpoint = variables.find(...names("ENDPOINT"));
  if (endpoint === null) throw new Error(`${signal} is wanted without an endpoint`);
  variables.choice(names("COMPRESSION"), ["none", "gzip"], "none");
  const insecure = variables.word(names("INSECURE"), ["true", "false"], "false") === "true";
  for (const name of names("HEADERS")) checkHeaders(name, variables);
  const files = ["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"].flatMap((what) => variables.pem(names(what)) ?? []);
  const certificate = variables.find(...names("CLIENT_CERTIFICATE"));
  const key = variables.find(...names("CLIENT_KEY"));
  if (certificate !== null && key === null) refuse(certificate.name, certificate.value, "a CLIENT_KEY beside it");
  if (key !== null && certificate === null) refuse(key.name, key.value, "a CLIENT_CERTIFICATE beside it");
  return {
    protocol,
    endpoint: checkEndpoint(endpoint.name, endpoint.value, protocol, insecure),
    timeoutMs: variables.number(names("TIMEOUT"), 1, defaultTimeoutMs),
    files,
  };
}

/** Names as HTTP has them, values that a header may hold: anything else would fail each export, one by one. */
function checkHeaders(name: string, variables: Variables): void {
  for (const [header, value] of Object.entries(variables.pairs(name, true))) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header)) refuse(name, header, "header names of letters, digits and dashes");
    if (!/^[\x20-\x7e]+$/.test(value)) refuse(name, `${header}=…`, "a value of printable ASCII characters");
  }
}

function checkSampler(variables: Variables): void {
  const sampler = variables.choice(["OTEL_TRACES_SAMPLER"], samplers, "parentbased_always_on");
  if (sampler.endsWith("traceidratio")) variables.number(["OTEL_TRACES_SAMPLER_ARG"], 0, 1, 1);
}

function readBatch(prefix: string, variables: Variables, delayMs: number) {
  const maxQueueSize = variables.number([`${prefix}_MAX_QUEUE_SIZE`], 1, 2_048);
  return {
    maxQueueSize,
    maxExportBatchSize: Math.min(variables.number([`${prefix}_MAX_EXPORT_BATCH_SIZE`], 1, 512), maxQueueSize),
    scheduleDelayMs: variables.number([`${prefix}_SCHEDULE_DELAY`], 1, delayMs),
    exportTimeoutMs: variables.number([`${prefix}_EXPORT_TIMEOUT`], 1, 30_000),
  };
}
