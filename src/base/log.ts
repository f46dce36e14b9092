import { toTimestamp } from "#base/clock.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
export interface Log
  extends Readonly<Record<LogLevel, (message: string, facts?: Readonly<Record<string, unknown>>) => void>> {
  /** The least level that is written from now on. */
  setLevel(least: LogLevel): void;
}

const order: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** One line a message, logfmt: readable by a person and by every log pipeline. Facts are JSON, so nothing can break the line. */
export function createLog(write: (line: string) => void, least: LogLevel = "info", now: () => number = Date.now): Log {
  let from = order.indexOf(least);
  const at =
    (level: LogLevel) =>
    (message: string, facts: Readonly<Record<string, unknown>> = {}) => {
      if (order.indexOf(level) < from) return;
      const tail = Object.entries(facts).map(([key, value]) => ` ${key}=${JSON.stringify(value) ?? "null"}`);
      write(`time=${toTimestamp(now())} level=${level} msg=${JSON.stringify(message)}${tail.join("")}\n`);
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    setLevel(level) {
      from = order.indexOf(level);
    },
  };
}
