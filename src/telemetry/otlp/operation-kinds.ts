import { type Attributes, SpanKind } from "@opentelemetry/api";
import type { RegisterEvent } from "#process/event.ts";

/** A span that an event tells of. */
export interface Told {
  readonly name: string;
  readonly kind?: SpanKind;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  readonly attributes: Attributes;
  /** What `error.type` says; null: it has not failed. */
  readonly failure: string | null;
}

/** What sexton did, by the event that says so: one moment, or over by then. Null: the event is no doing of sexton's. */
export function operationTold(event: RegisterEvent, subject: () => Attributes): Told | null {
  switch (event.type) {
    case "signal.sent":
      return signalTold(event, subject);
    case "zombie.remedy":
      return remedyTold(event, subject);
    case "config.changed":
      return changeTold(event);
    default:
      return null;
  }
}

/** The span around a signal that means reload, which goes on until the outcome is known. */
export function reloadTold(event: RegisterEvent, subject: () => Attributes): Told | null {
  if (event.type !== "signal.sent" || event.data["verb"] !== "reload") return null;
  const { startTime, attributes } = signalTold(event, subject);
  return { name: "sexton.reload", startTime, attributes, failure: null };
}

function signalTold({ time, data }: RegisterEvent, subject: () => Attributes): Told {
  const { signal, number, target } = data;
  return {
    name: `signal ${signal}`,
    kind: SpanKind.PRODUCER,
    startTime: time,
    attributes: {
      ...subject(),
      "sexton.signal.name": String(signal),
      "sexton.signal.number": Number(number),
      "sexton.target": typeof target === "string" ? target : undefined,
    },
    failure: null,
  };
}

function remedyTold({ time, data }: RegisterEvent, subject: () => Attributes): Told {
  const outcome = String(data["outcome"]);
  return {
    name: "zombie reap",
    // Both cut to whole milliseconds, so that it does not come out before whoever asked for it.
    startTime: time - Math.floor(Number(data["microseconds"] ?? 0) / 1_000),
    attributes: {
      ...subject(),
      "sexton.zombie.remedy": String(data["remedy"]),
      "sexton.zombie.outcome": outcome,
      "sexton.zombie.count": Number(data["count"]),
      "sexton.zombie.reaped": Number(data["reaped"]),
    },
    failure: outcome === "failed" || outcome === "refused" ? outcome : null,
  };
}

function changeTold({ time, data }: RegisterEvent): Told {
  const { path, hash, generation } = data;
  return {
    name: "config change",
    startTime: time,
    attributes: {
      "file.path": typeof path === "string" ? path : undefined,
      "sexton.config.hash": typeof hash === "string" ? hash : undefined,
      "sexton.config.generation": typeof generation === "number" ? generation : undefined,
    },
    failure: null,
  };
}
