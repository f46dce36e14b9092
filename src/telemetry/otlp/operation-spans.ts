import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { Bus } from "#daemon/bus.ts";
import type { RegisterEvent } from "#process/event.ts";
import type { Identity } from "#telemetry/otlp/identities.ts";
import type { LifetimeSpans } from "#telemetry/otlp/lifetime-spans.ts";
import { contextOf, notBefore, type Operation, reloadOutcomes } from "#telemetry/otlp/operation.ts";
import { operationTold, reloadTold, type Told } from "#telemetry/otlp/operation-kinds.ts";
import { exitAttributes, subjectAttributes } from "#telemetry/otlp/subject.ts";

/** As many processes of one operation get a span each; what is more is counted. */
const mostChildren = 32;
/** The oldest operations are forgotten, as the daemon forgets the signals that it puts consequences down to. */
const mostOperations = 1_000;
/** From an event to the one that began the operation: collected, exited, signal sent. */
const mostSteps = 8;

interface Tracked extends Operation {
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
  const operations = new Map<number, Tracked>();

  function causeOf(id: number | null): Tracked | null {
    let at = id;
    for (let step = 0; at !== null && step < mostSteps; step++) {
      const found = operations.get(at);
      if (found) return found;
      const [event] = bus.since(at - 1, 1);
      at = event?.id === at ? event.cause : null;
    }
    return null;
  }

  function start(
    { name, failure, ...options }: Told,
    parent: Context,
    links: Parameters<Span["addLinks"]>[0] = [],
  ): Span {
    const span = tracer.startSpan(name, { ...options, links }, parent);
    if (failure !== null) fail(span, failure);
    return span;
  }

  function begin({ id }: RegisterEvent, told: Told, parent: Context): Tracked {
    const span = start(told, parent);
    const spanContext = span.spanContext();
    // Without the span itself, which is 2 KB: operations are kept for longer.
    const context = trace.setSpanContext(ROOT_CONTEXT, spanContext);
    const operation = { span, spanContext, context, startedAt: told.startTime, started: 0, exited: 0 };
    operations.set(id, operation);
    if (operations.size > mostOperations) operations.delete(operations.keys().next().value as number);
    return operation;
  }

  const subjectOf = ({ process }: RegisterEvent, identity: Identity | null): Attributes =>
    process && identity ? subjectAttributes(process, identity, withCommandLine()) : {};

  /** A process that was started or has ended because of the operation. */
  function child(operation: Tracked, event: RegisterEvent, identity: Identity | null): void {
    const { type, time, data, process } = event;
    const isStart = type === "process.started";
    if (isStart) operation.started++;
    else operation.exited++;
    if (!process || operation.started + operation.exited > mostChildren) return;
    const startTime = notBefore(operation, isStart ? (identity?.startedAt ?? time) : time);
    const { attributes, failure } = isStart ? { attributes: {}, failure: null } : exitAttributes(data);
    const name = isStart ? "process start" : "process exit";
    const told = { name, startTime, attributes: { ...subjectOf(event, identity), ...attributes }, failure };
    const lifetime = lifetimes.contextOf(process.id);
    const links = lifetime ? [{ context: lifetime, attributes: { "sexton.link.type": "lifetime" } }] : [];
    start(told, operation.context, links).end(Math.max(time, startTime));
  }

  return {
    hear(event, identity) {
      const { type, time } = event;
      const cause = causeOf(event.cause);
      const parent = cause?.context ?? contextOf(event.trace);
      const subject = () => subjectOf(event, identity);
      const told = operationTold(event, subject);
      const reload = reloadTold(event, subject);
      if (told && reload) {
        const operation = begin(event, reload, parent);
        start(told, operation.context).end(time);
        return operation;
      }
      if (told) return finish(begin(event, told, parent), time);
      if (cause && (type === "process.started" || type === "process.exited")) child(cause, event, identity);
      if (cause?.span && reloadOutcomes[type] !== undefined) endReload(cause, cause.span, event);
      return cause;
    },
  };
}

function endReload(operation: Tracked, span: Span, { type, time, data }: RegisterEvent): void {
  const outcome = reloadOutcomes[type] ?? "";
  const evidence = (data["evidence"] ?? []) as readonly { readonly kind: string }[];
  span.setAttributes({
    "sexton.reload.outcome": outcome,
    "sexton.reload.evidence": evidence.map(({ kind }) => kind),
    "sexton.reload.processes.started": operation.started,
    "sexton.reload.processes.exited": operation.exited,
  });
  if (outcome !== "success") fail(span, outcome);
  finish(operation, time);
}

function fail(span: Span, type: string): void {
  span.setAttribute("error.type", type).setStatus({ code: SpanStatusCode.ERROR });
}

function finish(operation: Tracked, endTime: number): Tracked {
  operation.span?.end(endTime);
  operation.span = null;
  return operation;
}
