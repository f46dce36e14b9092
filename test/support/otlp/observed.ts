import type { MeterProvider as Meters } from "@opentelemetry/api";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, MetricReader, type ScopeMetrics } from "@opentelemetry/sdk-metrics";
import { type ReadableSpan, type Sampler, TracerProvider } from "@opentelemetry/sdk-trace";
import { createBus } from "#daemon/bus.ts";
import { eventProcess } from "#daemon/watch/register.ts";
import type { EventDraft, ExitFacts } from "#process/event.ts";
import type { Process } from "#process/process.ts";
import { createIds } from "#telemetry/otlp/ids.ts";
import { observe } from "#telemetry/otlp/observe.ts";
import { processOf } from "../dead.ts";
import type { Row } from "../processes.ts";

/** Reads when it is asked to. */
class Reader extends MetricReader {
  protected override async onForceFlush() {}
  protected override async onShutdown() {}
}

/** An SDK without a way out, and a register whose part the test plays. */
export function createObserved({ sampler, commandLine = false }: { sampler?: Sampler; commandLine?: boolean } = {}) {
  const ids = createIds();
  const spans: ReadableSpan[] = [];
  const records: ReadableLogRecord[] = [];
  const done = { forceFlush: async () => {}, shutdown: async () => {} };
  const onEnd = (span: ReadableSpan) => {
    if (span.spanContext().traceFlags & 1) spans.push(span);
  };
  const tracers = new TracerProvider({
    idGenerator: ids,
    spanProcessors: [{ onStart() {}, onEnd, ...done }],
    ...(sampler && { sampler }),
  });
  const loggers = new LoggerProvider({ processors: [{ onEmit: (record) => void records.push(record), ...done }] });
  const reader = new Reader();
  const meters: Meters = new MeterProvider({ readers: [reader] });
  /** Milliseconds since the epoch. */
  const time = { now: Date.parse("2026-01-01T00:00:00Z") };
  const bus = createBus(() => time.now);
  const known = new Map<number, Process>();
  const scanned: ((table: never, tookMs: number | null) => void)[] = [];
  observe(
    { bus, known, observer: { onScan: (listener) => void scanned.push(listener) }, commandLine: () => commandLine },
    { tracer: tracers.getTracer("test"), logger: loggers.getLogger("test"), meter: meters.getMeter("test"), ids },
  );
  const emit = (draft: EventDraft) => bus.emit(draft);
  return {
    bus,
    known,
    time,
    spans,
    records,
    emit,
    scanned: (tookMs: number | null) => scanned.forEach((listener) => void listener({} as never, tookMs)),
    named: (name: string) => spans.filter((span) => span.name === name),
    /** The one span of that name. */
    span(name: string): ReadableSpan {
      const [found, ...more] = spans.filter((span) => span.name === name);
      if (!found || more.length > 0) throw new Error(`${more.length + (found ? 1 : 0)} spans are called ${name}`);
      return found;
    },
    /** One that was there before. */
    knows(row: Row): Process {
      const process = processOf({ startedAt: time.now, ...row });
      known.set(process.pid, process);
      return process;
    },
    born(row: Row, cause: number | null = null): Process {
      const process = processOf({ startedAt: time.now, ...row });
      known.set(process.pid, process);
      emit({ type: "process.started", process: eventProcess(process), cause });
      return process;
    },
    /** Ends and is collected; the id of the former. */
    dies(process: Process, exit: Partial<ExitFacts> = {}, cause: number | null = null): number {
      const data = { exitCode: null, signal: null, coreDumped: false, ...exit };
      const id = emit({ type: "process.exited", process: eventProcess(process), data, cause });
      known.delete(process.pid);
      emit({ type: "process.reaped", process: eventProcess(process), data, cause: id });
      return id;
    },
    async metrics(): Promise<ScopeMetrics["metrics"]> {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    },
  };
}

/** Milliseconds since the epoch. */
export function msOf([seconds, nanos]: readonly [number, number]): number {
  return seconds * 1_000 + nanos / 1e6;
}
