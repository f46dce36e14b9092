// How often the page asks.

/** An answer that costs much is asked for less often: reading takes a thirtieth of the time at most. */
const costShare = 30;
const longestMs = 15_000;

/** Milliseconds until the next question. `costMs`: what reading and drawing the last answer took. */
export function nextAfter(everyMs: number, costMs: number): number {
  return Math.min(longestMs, Math.max(everyMs, Math.round(costMs * costShare)));
}

/** Milliseconds until an agent that does not answer is asked again: 1, 2, 4, 8, then 15 s, each up to a quarter less. */
export function nextTry(failures: number, random: number): number {
  const ms = Math.min(longestMs, 1000 * 2 ** Math.max(0, failures - 1));
  return Math.round(ms * (1 - random / 4));
}
