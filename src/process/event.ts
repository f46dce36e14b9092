import type { ContainerRef } from "#process/container.ts";
import { type SignalName, signalName } from "#process/signal.ts";
import type { TraceContext } from "#process/trace-context.ts";

/** Every kind of line that the register may hold. Closed: a reader can rely on having seen them all. */
export const eventTypes = [
  "agent.started",
  "agent.stopping",
  "process.started",
  "process.execed",
  "process.exited",
  "process.reaped",
  "process.stray",
  "zombie.detected",
  "zombie.reaped",
  "zombie.remedy",
  "signal.sent",
  "signal.refused",
  "request.refused",
  "config.changed",
  "config.rejected",
  "reload.started",
  "reload.confirmed",
  "reload.unconfirmed",
  "reload.failed",
  "reload.requested",
  "reload.held",
  "reload.released",
  "hook.started",
  "hook.ended",
  "container.started",
  "container.exited",
  "pids.pressure",
  "events.lost",
] as const;
export type EventType = (typeof eventTypes)[number];

/** The process that an event is about, as it was then. */
export interface EventProcess {
  readonly pid: number;
  readonly id: string;
  readonly ppid: number;
  readonly name: string;
  readonly commandLine: string | null;
  readonly container: ContainerRef | null;
}

/** How a process ended, as far as the kernel tells it; all null: it does not. */
export interface ExitFacts {
  readonly exitCode: number | null;
  readonly signal: SignalName | null;
  readonly coreDumped: boolean | null;
}

/** An event before the bus has given it an id and a time. */
export interface EventDraft {
  readonly type: Exclude<EventType, "events.lost">;
  readonly process?: EventProcess | null;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Where none is given, that of `cause` holds. */
  readonly trace?: TraceContext | null;
  /** The id of the event that led to this one. */
  readonly cause?: number | null;
}

/** One line of the register. Ids count from 1 without gaps; each run of sexton counts anew. */
export interface RegisterEvent {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly type: EventType;
  readonly process: EventProcess | null;
  readonly data: Readonly<Record<string, unknown>>;
  /** Of the request that led to this, where it is known. */
  readonly trace: TraceContext | null;
  readonly cause: number | null;
}

/** `process.exited`, or with a wildcard `process.*` or `*`. */
export function typeMatches(type: EventType, pattern: string): boolean {
  if (pattern === "*" || pattern === type) return true;
  return pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1));
}

/** wait(2): the low 7 bits are the signal that ended the process, bit 7 the core dump, the next byte the exit code. */
export function decodeWaitStatus(status: number | null): ExitFacts {
  if (status === null) return { exitCode: null, signal: null, coreDumped: null };
  const signal = status & 0x7f;
  if (signal === 0) return { exitCode: (status >> 8) & 0xff, signal: null, coreDumped: false };
  return { exitCode: null, signal: signalName(signal), coreDumped: (status & 0x80) !== 0 };
}
