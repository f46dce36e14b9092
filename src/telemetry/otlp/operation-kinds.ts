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

/**
 * What sexton did, by the event that says so: one moment, or over by then. Null: the event is no doing of sexton's.
 * `isOfChange`: a change of configuration has led to it.
 */
export function operationTold(event: RegisterEvent, subject: () => Attributes, isOfChange: boolean): Told | null {
  switch (event.type) {
    case "signal.sent":
      return signalTold(event, subject);
    case "signal.refused":
      return isOfChange ? refusalTold(event, subject) : null;
    case "zombie.remedy":
      return remedyTold(event, subject);
    default:
      return null;
  }
}

/** The span around a signal that means reload, which goes on until the outcome is known: a watch may have other verbs. */
export function reloadTold(event: RegisterEvent, subject: () => Attributes, isOfChange: boolean): Told | null {
  if (event.type !== "signal.sent") return null;
  const { verb, watch } = event.data;
  if (verb !== "reload" && typeof watch !== "string" && !isOfChange) return null;
  const { startTime, attributes } = signalTold(event, subject);
  return { name: "sexton.reload", startTime, attributes, failure: null };
}

/** One that is asked for over HTTP, without a signal. */
export function requestedReload({ time, data }: RegisterEvent, subject: () => Attributes): Told {
  const attributes = { ...subject(), "sexton.target": textOf(data["target"]) };
  return { name: "sexton.reload", startTime: time, attributes, failure: null };
}

export function changeTold({ time, data }: RegisterEvent): Told {
  const { path, files } = data;
  const attributes = {
    ...watchAttributes(data),
    ...contentAttributes(data),
    "file.path": textOf(path),
    "sexton.config.files": typeof files === "number" ? files : undefined,
  };
  return { name: "config change", startTime: time, attributes, failure: null };
}

/** Of whatever is about a watch. */
export function watchAttributes({ watch }: RegisterEvent["data"]): Attributes {
  return { "sexton.watch": textOf(watch) };
}

/** Which content: by its hash, and where a ConfigMap volume's ..data leads. */
export function contentAttributes({ hash, generation }: RegisterEvent["data"]): Attributes {
  return {
    "sexton.config.hash": textOf(hash),
    "sexton.config.generation": typeof generation === "number" ? generation : textOf(generation),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
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
      "sexton.target": textOf(target),
    },
    failure: null,
  };
}

/** A reload that a change has led to, and that came to nothing. */
function refusalTold(event: RegisterEvent, subject: () => Attributes): Told {
  const { attributes, ...told } = requestedReload(event, subject);
  const kind = String(event.data["kind"]);
  return {
    ...told,
    attributes: { ...attributes, ...watchAttributes(event.data), "sexton.reload.outcome": "refused" },
    failure: kind,
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
