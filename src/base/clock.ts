/** Milliseconds since the Unix epoch, as `Date.now()` gives them. Handed in, so that tests own the time. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** RFC 3339 in UTC with milliseconds. */
export function toTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
