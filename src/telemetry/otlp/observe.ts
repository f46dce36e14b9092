import { type Logger, type Meter, ROOT_CONTEXT, type Tracer, trace } from "@opentelemetry/api";
import type { Bus } from "#daemon/bus.ts";
import type { Observer } from "#daemon/observer.ts";
import type { RegisterEvent } from "#process/event.ts";
import type { Process } from "#process/process.ts";
import { createEventRecords } from "#telemetry/otlp/event-records.ts";
import { createIdentities } from "#telemetry/otlp/identities.ts";
import type { Ids } from "#telemetry/otlp/ids.ts";
import { createInstruments } from "#telemetry/otlp/instruments.ts";
import { createLifetimeSpans } from "#telemetry/otlp/lifetime-spans.ts";
import { contextOf, type Operation } from "#telemetry/otlp/operation.ts";
import { createOperationSpans } from "#telemetry/otlp/operation-spans.ts";

/** What is told about: the daemon hands it in, and knows nothing of who listens. */
export interface Observed {
  readonly bus: Pick<Bus, "listen" | "since">;
  /** As the register knows them, by pid. */
  readonly known: ReadonlyMap<number, Process>;
  readonly observer: Pick<Observer, "onScan">;
  /** Whether command lines may leave the pod. */
  readonly commandLine: () => boolean;
}

export interface Instrumentation {
  readonly tracer: Tracer;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly ids: Ids;
}

/** Turns each event of the register into spans, a log record and counts. */
export function observe({ bus, known, observer, commandLine }: Observed, means: Instrumentation): void {
  const { tracer, logger, meter, ids } = means;
  const identities = createIdentities(known);
  const lifetimes = createLifetimeSpans(tracer, ids, commandLine);
  const operations = createOperationSpans({ tracer, bus, lifetimes, withCommandLine: commandLine });
  const records = createEventRecords(logger, commandLine);
  const instruments = createInstruments(meter, observer);

  /** That of what led to it; else of the request; else of the life of the process that it is about. */
  function correlation({ type, process, trace: requested }: RegisterEvent, operation: Operation | null) {
    if (operation || requested) return operation?.context ?? contextOf(requested);
    const lifetime = process && type.startsWith("process.") ? lifetimes.contextOf(process.id) : null;
    return lifetime ? trace.setSpanContext(ROOT_CONTEXT, lifetime) : ROOT_CONTEXT;
  }

  bus.listen((event) => {
    const identity = event.process && identities.of(event.process);
    const operation = operations.hear(event, identity);
    if (identity) lifetimes.hear(event, identity, operation);
    records.emit(event, identity, correlation(event, operation));
    instruments.hear(event, identity);
    identities.settle(event);
  });
}
