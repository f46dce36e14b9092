import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { Tally } from "#telemetry/otlp/tally.ts";

export interface Exporter<T> {
  export(payload: T, done: (result: ExportResult) => void): void;
}

export interface Sender<T> {
  /** Never rejects; true when it was taken. */
  send(payload: T): Promise<boolean>;
  /** Items whose answer is not there yet. */
  onTheWay(): number;
}

/**
 * Sends through an exporter and counts what came of it. The time limit is for exporters whose own does not end: theirs is
 * one of silence, and a collector may drip its answer.
 */
export function createSender<T>(
  exporter: Exporter<T>,
  sizeOf: (payload: T) => number,
  tally: Tally,
  limitMs: number,
): Sender<T> {
  let onTheWay = 0;
  return {
    onTheWay: () => onTheWay,
    send(payload) {
      const size = sizeOf(payload);
      onTheWay += size;
      return new Promise((resolve) => {
        let ended = false;
        const end = ({ code, error }: ExportResult) => {
          if (ended) return;
          ended = true;
          clearTimeout(timer);
          onTheWay -= size;
          const taken = code === ExportResultCode.SUCCESS;
          if (taken) tally.exported(size);
          else tally.failed(size, describeError(error));
          resolve(taken);
        };
        const fail = (cause: unknown) => end({ code: ExportResultCode.FAILED, error: cause as Error });
        const timer = setTimeout(() => fail(new Error(`no answer within ${limitMs} ms`)), limitMs).unref();
        try {
          exporter.export(payload, end);
        } catch (cause) {
          fail(cause);
        }
      });
    },
  };
}

const longestReason = 200;

/** One line without what may be secret: of an HTTP error its status and reason phrase, never the answer's body. */
export function describeError(error: unknown): string {
  const { message, code } = (error ?? {}) as { message?: unknown; code?: unknown };
  const [said, number] = [message, code].map((part) => (part === undefined || part === null ? "" : String(part)));
  const text = said?.includes(number ?? "") ? said : [number, said].filter(Boolean).join(" ");
  return withoutCredentials(text || "the export failed")
    .replace(/\s+/g, " ")
    .slice(0, longestReason);
}

/** A URL may hold a password before its host, or a token in its query. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, "//").replace(/\?\S*/g, "");
}
