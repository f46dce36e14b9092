import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { Bus } from "#daemon/bus.ts";
import type { RegisterEvent } from "#process/event.ts";
import type { Identity } from "#telemetry/otlp/identities.ts";
import type { LifetimeSpans } from "#telemetry/otlp/lifetime-spans.ts";
import { contextOf, notBefore, type Operation, reloadOutcomes } from "#telemetry/otlp/operation.ts";
import { exitAttributes, subjectAttributes } from "#telemetry/otlp/subject.ts";

/** As many processes of one operation get a span each; what is more is counted. */
const mostChildren = 32;
/** The oldest operations are forgotten, as the daemon forgets the signals that it puts consequences down to. */
const mostOperations = 1_000;
/** From an event to the one that began the operation: collected, exited, signal sent. */
const mostSteps = 8;

interface OpenOperation extends Operation {
  /** Null: it has ended. */
  span: Span | null;
  started: number;
  exited: number;
}

/** Spans of what sexton does, made from events alone. */
export interface OperationSpans {
  /** The operation that an event begins or belongs to. */
  hear(event: RegisterEvent, identity: Identity | null): Operation | null;
}

interface Means {
  readonly tracer: Tracer;
  readonly bus: Pick<Bus, "since">;
  readonly lifetimes: Pick<LifetimeSpans, "contextOf">;
  readonly withCommandLine: () => boolean;
}

export function createOperationSpans({ tracer, bus, lifetimes, withCommandLine }: Means): OperationSpans {
  /** By the id of the event that began them. */
  const operations = new Map<number, OpenOperation>();

  function causeOf(id: number | null): OpenOperation | null {
    let at = id;
    for (let step = 0; at !== null && step < mostSteps; step++) {
      const found = operations.get(at);
      if (found) return found;
      const [event] = bus.since(at - 1, 1);
      at = event?.id === at ? event.cause : null;
    }
    return null;
  }

  function begin(event: RegisterEvent, span: Span, startedAt: number): OpenOperation {
    const spanContext = span.spanContext();
    // Without the span itself, which is 2 KB: operations are kept for longer.
    const context = trace.setSpanContext(ROOT_CONTEXT, spanContext);
    const operation = { span, spanContext, context, startedAt, started: 0, exited: 0 };
    operations.set(event.id, operation);
    if (operations.size > mostOperations) operations.delete(operations.keys().next().value as number);
    return operation;
  }

  const subjectOf = ({ process }: RegisterEvent, identity: Identity | null): Attributes =>
    process && identity ? subjectAttributes(process, identity, withCommandLine()) : {};

  function signalSent(event: RegisterEvent, identity: Identity | null, parent: Context): OpenOperation {
    const { time: startTime, data } = event;
    const attributes = {
      ...subjectOf(event, identity),
      "sexton.signal.name": String(data["signal"]),
      "sexton.signal.number": Number(data["number"]),
      "sexton.target": typeof data["target"] === "string" ? data["target"] : undefined,
    };
    const send = (context: Context) =>
      tracer.startSpan(`signal ${data["signal"]}`, { kind: SpanKind.PRODUCER, startTime, attributes }, context);
    if (data["verb"] !== "reload") {
      const operation = begin(event, send(parent), startTime);
      finish(operation, startTime);
      return operation;
    }
    const reload = begin(event, tracer.startSpan("sexton.reload", { startTime, attributes }, parent), startTime);
    send(reload.context).end(startTime);
    return reload;
  }

  function reloadEnded(operation: OpenOperation, { time, type, data }: RegisterEvent): void {
    const { span, started, exited } = operation;
    const outcome = reloadOutcomes[type];
    if (!span || !outcome) return;
    const evidence = (data["evidence"] ?? []) as readonly { readonly kind: string }[];
    span.setAttributes({
      "sexton.reload.outcome": outcome,
      "sexton.reload.evidence": evidence.map(({ kind }) => kind),
      "sexton.reload.processes.started": started,
      "sexton.reload.processes.exited": exited,
    });
    if (outcome !== "success") span.setAttribute("error.type", outcome).setStatus({ code: SpanStatusCode.ERROR });
    finish(operation, time);
  }

  /** A process that was started or has ended because of the operation. */
  function child(operation: OpenOperation, event: RegisterEvent, identity: Identity | null): void {
    const { type, time, data, process } = event;
    const isStart = type === "process.started";
    if (isStart) operation.started++;
    else operation.exited++;
    if (!process || operation.started + operation.exited > mostChildren) return;
    const startTime = notBefore(operation, isStart ? (identity?.startedAt ?? time) : time);
    const { attributes, failure } = isStart ? { attributes: {}, failure: null } : exitAttributes(data);
    const lifetime = lifetimes.contextOf(process.id);
    const span = tracer.startSpan(
      isStart ? "process start" : "process exit",
      {
        startTime,
        attributes: { ...subjectOf(event, identity), ...attributes, "error.type": failure ?? undefined },
        links: lifetime ? [{ context: lifetime, attributes: { "sexton.link.type": "lifetime" } }] : [],
      },
      operation.context,
    );
    if (failure !== null) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(Math.max(time, startTime));
  }

  function remedied(event: RegisterEvent, identity: Identity | null, parent: Context): OpenOperation {
    const { time, data } = event;
    // Both cut to whole milliseconds, so that it does not come out before whoever asked for it.
    const startTime = time - Math.floor(Number(data["microseconds"] ?? 0) / 1_000);
    const outcome = String(data["outcome"]);
    const attributes = {
      ...subjectOf(event, identity),
      "sexton.zombie.remedy": String(data["remedy"]),
      "sexton.zombie.outcome": outcome,
      "sexton.zombie.count": Number(data["count"]),
      "sexton.zombie.reaped": Number(data["reaped"]),
    };
    const span = tracer.startSpan("zombie reap", { startTime, attributes }, parent);
    if (outcome === "failed" || outcome === "refused") {
      span.setAttribute("error.type", outcome).setStatus({ code: SpanStatusCode.ERROR });
    }
    const operation = begin(event, span, startTime);
    finish(operation, time);
    return operation;
  }

  function configChanged(event: RegisterEvent, parent: Context): OpenOperation {
    const { time: startTime, data } = event;
    const text = (key: string) => (data[key] === undefined || data[key] === null ? undefined : String(data[key]));
    const attributes = {
      "file.path": text("path"),
      "sexton.config.hash": text("hash"),
      "sexton.config.generation": typeof data["generation"] === "number" ? data["generation"] : undefined,
    };
    const operation = begin(event, tracer.startSpan("config change", { startTime, attributes }, parent), startTime);
    finish(operation, startTime);
    return operation;
  }

  return {
    hear(event, identity) {
      const cause = causeOf(event.cause);
      const parent = cause?.context ?? contextOf(event.trace);
      switch (event.type) {
        case "signal.sent":
          return signalSent(event, identity, parent);
        case "zombie.remedy":
          return remedied(event, identity, parent);
        case "config.changed":
          return configChanged(event, parent);
        case "reload.confirmed":
        case "reload.unconfirmed":
        case "reload.failed":
          if (cause) reloadEnded(cause, event);
          return cause;
        case "process.started":
        case "process.exited":
          if (cause) child(cause, event, identity);
          return cause;
        default:
          return cause;
      }
    },
  };
}

function finish(operation: OpenOperation, endTime: number): void {
  operation.span?.end(endTime);
  operation.span = null;
}
