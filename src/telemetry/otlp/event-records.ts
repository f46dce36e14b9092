import { type Context, type Logger, SeverityNumber } from "@opentelemetry/api";
import type { EventType, RegisterEvent } from "#process/event.ts";
import { eventAttributes } from "#telemetry/otlp/event-attributes.ts";
import type { Identity } from "#telemetry/otlp/identities.ts";

/** Where the name of the record is not that of the event. */
const names: Readonly<Partial<Record<EventType, string>>> = {
  "agent.started": "sexton.started",
  "agent.stopping": "sexton.stopping",
  "process.started": "sexton.process.start",
  "process.execed": "sexton.process.exec",
  "process.exited": "sexton.process.exit",
  "zombie.detected": "sexton.process.zombie",
  "reload.confirmed": "sexton.reload.finished",
  "reload.unconfirmed": "sexton.reload.finished",
  "reload.failed": "sexton.reload.finished",
};

export interface EventRecords {
  /** `context` is that of the span which the event belongs to. */
  emit(event: RegisterEvent, identity: Identity | null, context: Context): void;
}

/** Every event as a log record with an `eventName`. Records are not sampled: they are there where the spans are not. */
export function createEventRecords(logger: Logger, withCommandLine: () => boolean): EventRecords {
  return {
    emit(event, identity, context) {
      const { type, time, process } = event;
      const severityNumber = severityOf(event);
      logger.emit({
        eventName: names[type] ?? `sexton.${type}`,
        timestamp: time,
        severityNumber,
        severityText: severityTexts[severityNumber],
        body: process ? `${type} ${process.name} (pid ${process.pid})` : type,
        attributes: eventAttributes(event, identity, withCommandLine()),
        context,
      });
    },
  };
}

type Severity = SeverityNumber.INFO | SeverityNumber.WARN | SeverityNumber.ERROR;

const severityTexts: Readonly<Record<Severity, string>> = {
  [SeverityNumber.INFO]: "INFO",
  [SeverityNumber.WARN]: "WARN",
  [SeverityNumber.ERROR]: "ERROR",
};

/** What ends a program that is wrong. */
const crashes: readonly unknown[] = ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGSYS"];

function severityOf({ type, data }: Pick<RegisterEvent, "type" | "data">): Severity {
  switch (type) {
    case "process.exited":
    case "container.exited":
      return exitSeverity(data);
    case "zombie.detected":
    case "signal.refused":
    case "request.refused":
    case "reload.unconfirmed":
      return SeverityNumber.WARN;
    case "hook.ended":
      return data["status"] === "failed" ? SeverityNumber.WARN : SeverityNumber.INFO;
    case "reload.failed":
    case "config.rejected":
      return SeverityNumber.ERROR;
    case "zombie.remedy":
      return data["outcome"] === "failed" || data["outcome"] === "refused" ? SeverityNumber.WARN : SeverityNumber.INFO;
    case "pids.pressure":
      return pressureSeverities[String(data["level"])] ?? SeverityNumber.INFO;
    default:
      return SeverityNumber.INFO;
  }
}

const pressureSeverities: Readonly<Record<string, Severity>> = {
  warning: SeverityNumber.WARN,
  critical: SeverityNumber.ERROR,
};

function exitSeverity({ exitCode, signal, probableOomKill }: RegisterEvent["data"]): Severity {
  if (probableOomKill === true || crashes.includes(signal)) return SeverityNumber.ERROR;
  const isFailure = typeof signal === "string" || (typeof exitCode === "number" && exitCode !== 0);
  return isFailure ? SeverityNumber.WARN : SeverityNumber.INFO;
}
