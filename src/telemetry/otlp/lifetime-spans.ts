import {
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";
import { toTimestamp } from "#base/clock.ts";
import type { EventProcess, RegisterEvent } from "#process/event.ts";
import { formatId, type ProcessId } from "#process/identity.ts";
import type { Identity } from "#telemetry/otlp/identities.ts";
import { createNamedIds, type Ids } from "#telemetry/otlp/ids.ts";
import { notBefore, type Operation } from "#telemetry/otlp/operation.ts";
import { exitAttributes, subjectAttributes } from "#telemetry/otlp/subject.ts";

/** Backends refuse spans that began too long ago, some after an hour: of a longer life only the end is told. */
const longestMs = 50 * 60_000;

/** What the end of a process has to know of its birth. */
interface Birth {
  readonly parent: ProcessId | null;
  /** Whoever was asked for something, and started it for that. */
  readonly startedBy: Operation | null;
}

/** One span for each process, of its whole life and sent at its end. */
export interface LifetimeSpans {
  /** Of the span that the process will have, to link to; null where spans go nowhere. */
  contextOf(id: string): SpanContext | null;
  /** Tells the births and ends among the events; `operation` is what led to them. */
  hear(event: RegisterEvent, identity: Identity, operation: Operation | null): void;
}

/**
 * A span of the SDK is 2 KB, and a node may have thousands of processes. So none is made before the end: the ids of a
 * process's span follow from its own id, which is all that it takes to link to it. What has not ended when sexton does
 * has no span; its birth was an event.
 */
export function createLifetimeSpans(tracer: Tracer, ids: Ids, withCommandLine: () => boolean): LifetimeSpans {
  const idsOf = createNamedIds();
  /** By id, of those that live and were born while sexton looked. */
  const births = new Map<string, Birth>();

  /** The sampler decides by the ids, so that one which is started to be asked and never ends tells what it decides. */
  function contextOf(id: string): SpanContext | null {
    const asked = ids.use(idsOf(id), () => tracer.startSpan("process", { root: true }, ROOT_CONTEXT)).spanContext();
    return isSpanContextValid(asked) ? asked : null;
  }

  function linkTo(context: SpanContext | null | undefined, type: string): Link[] {
    return context ? [{ context, attributes: { "sexton.link.type": type } }] : [];
  }

  function ended(event: RegisterEvent, process: EventProcess, identity: Identity, operation: Operation | null): void {
    const birth = births.get(process.id);
    births.delete(process.id);
    const { time, data } = event;
    const parent = birth ? birth.parent : identity.parent;
    const startedAt = notBefore(birth?.startedBy ?? null, identity.startedAt ?? time);
    const isLong = time - startedAt > longestMs;
    const { attributes, failure } = exitAttributes(data);
    const options = {
      root: true,
      startTime: isLong ? time : startedAt,
      attributes: {
        ...subjectAttributes(process, identity, withCommandLine()),
        ...attributes,
        "process.exit.time": toTimestamp(time),
        "error.type": failure ?? undefined,
      },
      links: [
        ...linkTo(parent && contextOf(formatId(parent)), "parent_process"),
        ...linkTo(birth?.startedBy?.spanContext, "started_by"),
        ...linkTo(operation?.spanContext, "exited_during"),
      ],
    };
    const name = isLong ? "process exit" : `process ${identity.executable}`;
    const span = ids.use(idsOf(process.id), () => tracer.startSpan(name, options, ROOT_CONTEXT));
    if (failure !== null) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(Math.max(time, startedAt));
  }

  return {
    contextOf,
    hear(event, identity, operation) {
      const { type, process } = event;
      if (process && type === "process.started") {
        births.set(process.id, { parent: identity.parent, startedBy: operation });
      } else if (process && type === "process.exited") ended(event, process, identity, operation);
    },
  };
}
