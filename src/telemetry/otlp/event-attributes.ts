import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { toTimestamp } from "#base/clock.ts";
import type { EventProcess, RegisterEvent } from "#process/event.ts";
import type { Pod } from "#process/pod.ts";
import type { Identity } from "#telemetry/otlp/identities.ts";
import { reloadOutcome } from "#telemetry/otlp/operation.ts";
import { exitAttributes, subjectAttributes } from "#telemetry/otlp/subject.ts";
import { containerAttributes } from "#telemetry/process-metrics.ts";

/** Told by names of the conventions, or of another meaning. */
const elsewhere = new Set([
  "exitCode",
  "signal",
  "coreDumped",
  "container",
  "pod",
  "evidence",
  "outcome",
  "watch",
  "path",
  "file",
]);
/** Command lines, and sentences for people, which quote them. */
const quoting = new Set(["detail", "failure", "commandLine", "args"]);
/** Of whatever is told about beside the event's own process, which has its command line with it. */
const nested = ["pid", "name"];

/**
 * What an event's record says: whom it is about by the conventions' names, all else as `sexton.<kind>.<fact>`. Only plain
 * values go out by themselves; of objects no more than who is meant, since what they hold is somebody's command line.
 */
export function eventAttributes(event: RegisterEvent, identity: Identity | null, withCommandLine: boolean): Attributes {
  const { id, type, time, process, data, cause } = event;
  const kind = type.slice(0, type.indexOf("."));
  const told = Object.entries(data).filter(([key]) => !elsewhere.has(key) && (withCommandLine || !quoting.has(key)));
  const facts = told.flatMap(([key, value]) => factsOf(`sexton.${kind}.${snakeCase(key)}`, value));
  return {
    "sexton.event.id": id,
    "sexton.event.cause": cause ?? undefined,
    ...(process && identity ? subjectAttributes(process, identity, withCommandLine) : {}),
    ...Object.fromEntries(facts),
    ...(data["container"] ? containerAttributes(data["container"] as EventProcess["container"]) : {}),
    // Of one pod of a node, without a container of it.
    ...(data["pod"] ? containerAttributes({ id: null, name: null, pod: data["pod"] as Pod }) : {}),
    "sexton.watch": text(data["watch"]),
    ...special(kind, event),
    ...(type === "process.exited" ? { "process.exit.time": toTimestamp(time) } : {}),
  };
}

type Fact = readonly [name: string, value: AttributeValue];

function factsOf(name: string, value: unknown): Fact[] {
  if (isPlain(value)) return [[name, value]];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const fields = value as Readonly<Record<string, unknown>>;
  return nested.flatMap((key): Fact[] => (isPlain(fields[key]) ? [[`${name}.${key}`, fields[key]]] : []));
}

function special(kind: string, event: RegisterEvent): Attributes {
  const { data } = event;
  if (kind === "signal") return { "sexton.signal.name": text(data["signal"]) };
  if (kind === "config") return { "file.path": text(data["file"] ?? data["path"]) };
  const { outcome, evidence } = data;
  const { attributes } = exitAttributes(data);
  if (kind !== "reload") return { ...attributes, [`sexton.${kind}.outcome`]: text(outcome) };
  const kinds = Array.isArray(evidence) ? evidence.map(({ kind: found }) => String(found)) : undefined;
  return { ...attributes, "sexton.reload.outcome": reloadOutcome(event), "sexton.reload.evidence": kinds };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isPlain(value: unknown): value is AttributeValue {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => isPlain(item) && !Array.isArray(item));
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
