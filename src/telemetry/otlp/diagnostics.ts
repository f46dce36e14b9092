import { type DiagLogFunction, type DiagLogger, DiagLogLevel, diag } from "@opentelemetry/api";
import { setGlobalErrorHandler } from "@opentelemetry/core";
import type { Clock } from "#base/clock.ts";
import type { Log, LogLevel } from "#base/log.ts";
import type { Signal } from "#telemetry/otel-env.ts";
import type { Patience } from "#telemetry/otlp/patience.ts";
import { describeError, withoutCredentials } from "#telemetry/otlp/sender.ts";
import type { OtlpSettings } from "#telemetry/otlp/settings.ts";
import type { Tally } from "#telemetry/otlp/tally.ts";

/** What the SDK says of itself repeats with every export of an outage. */
const repeatMs = 60_000;
/** Messages that are remembered for that; beyond it they are forgotten, oldest first. */
const mostMessages = 50;

const levels = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
} as const;

/** By the name of the field, the answer says which signal it is about (opentelemetry/proto/collector). */
const rejectedFields: Readonly<Record<string, Signal>> = {
  rejectedSpans: "traces",
  rejectedDataPoints: "metrics",
  rejectedLogRecords: "logs",
};

/**
 * Leads what the SDK says of itself into our log, each message once a minute, partial refusals into the tallies, and what
 * a collector has asked for into `patience`.
 */
export function installDiagnostics(
  log: Log,
  level: OtlpSettings["diagnostics"],
  tallies: Readonly<Partial<Record<Signal, Tally>>>,
  patience: Pick<Patience, "hear">,
  clock: Clock,
): void {
  const told = levels[level];
  const toldAt = new Map<string, number>();

  const at =
    (logLevel: LogLevel, diagLevel: DiagLogLevel): DiagLogFunction =>
    (message, ...rest) => {
      if (patience.hear(message) || diagLevel > told) return;
      if (message.startsWith("Received Partial Success") && countRejected(rest[0], tallies)) return;
      const now = clock();
      const text = [message, ...rest.map(tellable)].filter(Boolean).join(" ");
      if (now - (toldAt.get(text) ?? Number.NEGATIVE_INFINITY) < repeatMs) return;
      toldAt.delete(text);
      toldAt.set(text, now);
      if (toldAt.size > mostMessages) toldAt.delete(toldAt.keys().next().value as string);
      log[logLevel]("telemetry", { says: text });
    };

  const logger: DiagLogger = {
    error: at("error", DiagLogLevel.ERROR),
    warn: at("warn", DiagLogLevel.WARN),
    info: at("info", DiagLogLevel.INFO),
    debug: at("debug", DiagLogLevel.DEBUG),
    verbose: at("debug", DiagLogLevel.VERBOSE),
  };
  // What a collector asks for is said at the level of information, whether anybody wants to read that or not.
  diag.setLogger(logger, { logLevel: Math.max(told, DiagLogLevel.INFO), suppressOverrideMessage: true });
  setGlobalErrorHandler((cause) => diag.error(describeError(cause)));
}

/** Texts and errors only: what else the SDK hands over are the items themselves. */
function tellable(value: unknown): string {
  if (typeof value === "string") return withoutCredentials(value);
  return value instanceof Error ? describeError(value) : "";
}

function countRejected(answer: unknown, tallies: Readonly<Partial<Record<Signal, Tally>>>): boolean {
  const fields = Object.entries(JSON.parse(String(answer)) as Record<string, unknown>);
  const counted = fields.flatMap(([field, count]) => {
    const signal = rejectedFields[field];
    const tally = signal && tallies[signal];
    if (!tally || !(Number(count) > 0)) return [];
    tally.rejected(Number(count));
    return [field];
  });
  return counted.length > 0;
}
