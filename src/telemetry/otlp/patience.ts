import type { Clock } from "#base/clock.ts";

/** How long a collector wants to be left alone. */
export interface Patience {
  /** To be called with what the SDK says of itself; whether it was about that. */
  hear(message: string): boolean;
  /** Milliseconds that are left of it; 0 when nobody has asked for any. */
  restMs(): number;
}

/** A collector that asks for more is asked again all the same: a wrong header must not end telemetry for a day. */
const mostMs = 300_000;

/**
 * `Retry-After` beyond the time that an export has. The SDK gives the batch up, keeps the header to itself but for this
 * sentence of its log (@opentelemetry/otlp-exporter-base 0.301.0, retrying-transport), and sends the next batch at once.
 */
const sentence = /^Export retry time (\d+)ms exceeds remaining timeout/;

export function createPatience(clock: Clock): Patience {
  let until = Number.NEGATIVE_INFINITY;
  return {
    hear(message) {
      const [, asked] = sentence.exec(message) ?? [];
      if (asked === undefined) return false;
      until = Math.max(until, clock() + Math.min(Number(asked), mostMs));
      return true;
    },
    // A clock that was set back must not prolong it.
    restMs: () => Math.min(Math.max(0, until - clock()), mostMs),
  };
}
