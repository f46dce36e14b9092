import type { Attributes, Span } from "@opentelemetry/api";
import { SpanStatusCode } from "@opentelemetry/api";
import type { RegisterEvent } from "#process/event.ts";
import type { Operation } from "#telemetry/otlp/operation.ts";
import { contentAttributes } from "#telemetry/otlp/operation-kinds.ts";

/** A change of a watch's content. Its span is open until it is known what comes of it. */
export interface Change {
  readonly operation: Operation;
  /** Its hash and generation, which reloads have too: they can then be found by them. */
  readonly content: Attributes;
  readonly watch: string;
}

/** The changes that wait for what comes of them, and the last one of each watch. */
export interface ConfigChanges {
  begin(event: RegisterEvent, operation: Operation, span: Span): void;
  /** To be called with each event; `of` is the change that it is put down to. */
  hear(event: RegisterEvent, of: Operation | null): void;
  /** Null: the operation is none. */
  of(operation: Operation | null): Change | null;
  last(watch: unknown): Change | null;
}

/** A span leaves when it ends: what nothing comes of is told after this all the same. */
const mostOpenMs = 60_000;
/** Watches that are no longer configured are forgotten, the oldest first; each that is has an event now and then. */
const mostWatches = 1_000;

interface Open {
  readonly change: Change;
  readonly span: Span;
}

export function createConfigChanges(): ConfigChanges {
  const changes = new WeakMap<Operation, Change>();
  const latest = new Map<string, Change>();
  const open = new Map<Operation, Open>();

  function close(operation: Operation, at: number): void {
    open.get(operation)?.span.end(at);
    open.delete(operation);
  }

  return {
    begin({ data, time }, operation, span) {
      const watch = String(data["watch"] ?? "");
      const before = latest.get(watch);
      if (before) close(before.operation, time);
      const change = { operation, content: contentAttributes(data), watch };
      changes.set(operation, change);
      latest.delete(watch);
      latest.set(watch, change);
      if (latest.size > mostWatches) latest.delete(latest.keys().next().value as string);
      open.set(operation, { change, span });
    },
    hear({ type, time, data }, of) {
      const found = of && open.get(of);
      if (of && found) {
        if (type === "config.rejected") reject(found.span, data);
        close(of, time);
      }
      for (const [operation] of open) {
        const isOver = type === "agent.stopping" || time - operation.startedAt > mostOpenMs;
        if (isOver) close(operation, operation.startedAt);
      }
    },
    of: (operation) => (operation && changes.get(operation)) ?? null,
    last: (watch) => (typeof watch === "string" ? (latest.get(watch) ?? null) : null),
  };
}

/** The reason is one of sexton's own sentences, and nothing of the content. */
function reject(span: Span, { file, line, reason }: RegisterEvent["data"]): void {
  span.setAttributes({
    "error.type": "rejected",
    ...(typeof file === "string" && { "sexton.config.rejected.file": file }),
    ...(typeof line === "number" && { "sexton.config.rejected.line": line }),
  });
  span.setStatus({ code: SpanStatusCode.ERROR, ...(typeof reason === "string" && { message: reason }) });
}
