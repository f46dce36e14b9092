import type { Attributes } from "@opentelemetry/api";
import { toTimestamp } from "#base/clock.ts";
import type { EventProcess } from "#process/event.ts";
import type { Identity } from "#telemetry/otlp/identities.ts";
import { containerAttributes } from "#telemetry/process-metrics.ts";

/**
 * Whom an event or span is about, in the words of the semantic conventions (registry/attributes/process.md, 1.45; release
 * candidates, and copied for that). On each of them, because the resource is sexton. A command line often holds secrets.
 */
export function subjectAttributes(
  { pid, ppid, commandLine, container }: EventProcess,
  { startedAt, executable, command }: Identity,
  withCommandLine: boolean,
): Attributes {
  return {
    "process.pid": pid,
    "process.parent_pid": ppid,
    "process.creation.time": startedAt === null ? undefined : toTimestamp(startedAt),
    "process.executable.name": executable,
    "process.command": command ?? undefined,
    "process.command_line": withCommandLine ? (commandLine ?? undefined) : undefined,
    ...containerAttributes(container),
  };
}

/** How a process ended; `failure` is what `error.type` says, null when it went well or nobody knows. */
export function exitAttributes(data: Readonly<Record<string, unknown>>): {
  readonly attributes: Attributes;
  readonly failure: string | null;
} {
  const { exitCode, signal, coreDumped } = data;
  if (typeof exitCode === "number") {
    return { attributes: { "process.exit.code": exitCode }, failure: exitCode === 0 ? null : `${exitCode}` };
  }
  if (typeof coreDumped !== "boolean") return { attributes: {}, failure: null };
  const name = typeof signal === "string" ? signal : "unknown";
  return {
    attributes: { "sexton.process.exit.signal": name, "sexton.process.exit.core_dumped": coreDumped },
    failure: name,
  };
}
