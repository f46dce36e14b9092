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
import { type Change, createConfigChanges } from "#telemetry/otlp/config-changes.ts";
import type { Identity } from "#telemetry/otlp/identities.ts";
import type { LifetimeSpans } from "#telemetry/otlp/lifetime-spans.ts";
import { contextOf, notBefore, type Operation, reloadOutcome } from "#telemetry/otlp/operation.ts";
import {
  changeTold,
  operationTold,
  reloadTold,
  requestedReload,
  type Told,
  watchAttributes,
} from "#telemetry/otlp/operation-kinds.ts";
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
  /** It is below the change that it applies, or linked to it. */
  applies: boolean;
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
  const changes = createConfigChanges();
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
    const operation = { span, spanContext, context, startedAt: told.startTime, started: 0, exited: 0, applies: false };
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

  /** Which content a reload is of; where it is not below the change that it applies, a link leads there. */
  function annotate(reload: Tracked, { data }: RegisterEvent, above: Change | null = null): void {
    reload.span?.setAttributes(watchAttributes(data));
    const change = above ?? changes.last(data["watch"]);
    if (!change || reload.applies) return;
    reload.applies = true;
    reload.span?.setAttributes(change.content);
    if (above) return;
    reload.span?.addLink({ context: change.operation.spanContext, attributes: { "sexton.link.type": "applies" } });
  }

  return {
    hear(event, identity) {
      const { type, time } = event;
      const cause = causeOf(event.cause);
      changes.hear(event, cause);
      const change = changes.of(cause);
      // What somebody asks for belongs to that request's trace, also when it is of a change.
      const isAsked = change !== null && event.trace !== null;
      const parent = isAsked || !cause ? contextOf(event.trace) : cause.context;
      const subject = () => subjectOf(event, identity);
      if (type === "config.changed") {
        const operation = begin(event, changeTold(event), parent);
        if (operation.span) changes.begin(event, operation, operation.span);
        // From now on it is theirs to end.
        operation.span = null;
        return operation;
      }
      const told = operationTold(event, subject, change !== null);
      const isStart = type === "reload.started" && !cause?.span;
      const reload = isStart ? requestedReload(event, subject) : reloadTold(event, subject, change !== null);
      if (reload) {
        const operation = begin(event, reload, parent);
        annotate(operation, event, isAsked ? null : change);
        if (told) start(told, operation.context).end(time);
        return operation;
      }
      if (told) return finish(begin(event, told, parent), time);
      if (cause && (type === "process.started" || type === "process.exited")) child(cause, event, identity);
      if (cause && type === "reload.started") annotate(cause, event);
      const outcome = reloadOutcome(event);
      if (cause?.span && outcome !== undefined) endReload(cause, cause.span, event, outcome);
      return cause;
    },
  };
}

function endReload(operation: Tracked, span: Span, { time, data }: RegisterEvent, outcome: string): void {
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
