import { type Context, ROOT_CONTEXT, type SpanContext, trace } from "@opentelemetry/api";
import type { RegisterEvent } from "#process/event.ts";
import type { TraceContext } from "#process/trace-context.ts";

/** Something that sexton did and whose consequences belong to it, by its span. */
export interface Operation {
  readonly spanContext: SpanContext;
  readonly context: Context;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Not before what caused it: the kernel's clock for starts is some milliseconds off the one that events go by. */
export function notBefore(cause: Operation | null, startedAt: number): number {
  return cause ? Math.max(startedAt, cause.startedAt) : startedAt;
}

/** The context that spans and log records of a request's consequences belong to. */
export function contextOf(found: TraceContext | null): Context {
  if (!found) return ROOT_CONTEXT;
  const { traceId, spanId, flags } = found;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: flags });
}

/** What a reload has come to, by the event that tells it; undefined: it tells something else. */
export function reloadOutcome({ type, data }: Pick<RegisterEvent, "type" | "data">): string | undefined {
  switch (type) {
    case "reload.confirmed":
      return "success";
    case "reload.unconfirmed":
      return "timeout";
    case "reload.failed":
      return data["outcome"] === undefined || data["outcome"] === "exited" ? "target_died" : "no_effect";
    default:
      return undefined;
  }
}
