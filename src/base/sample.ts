import type { Clock } from "#base/clock.ts";

/** Whether this one is told: null when not, else how many were left out since the last that was. */
export type Sample = () => number | null;

/** At first `atOnce` in a row, and then one each `eachMs`. */
export function createSample(clock: Clock, { atOnce, eachMs }: { atOnce: number; eachMs: number }): Sample {
  let left = atOnce;
  let at = clock();
  let unsaid = 0;
  return () => {
    const earned = Math.floor((clock() - at) / eachMs);
    if (earned > 0) {
      left = Math.min(atOnce, left + earned);
      at += earned * eachMs;
    }
    if (left === 0) {
      unsaid++;
      return null;
    }
    left--;
    const before = unsaid;
    unsaid = 0;
    return before;
  };
}
