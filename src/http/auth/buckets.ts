import type { Clock } from "#base/clock.ts";

/** Token buckets by key: each fills with `perSecond`, and holds as much as comes in a second. */
export interface Buckets {
  /** Takes one; 0, or how many milliseconds it is until there is one. */
  take(key: string, perSecond: number): number;
}

/** Full ones are forgotten beyond this: a caller may have as many addresses as it likes. */
const mostKeys = 1_000;

export function createBuckets(clock: Clock): Buckets {
  const spent = new Map<string, { level: number; at: number }>();
  return {
    take(key, perSecond) {
      const now = clock();
      const known = spent.get(key);
      const refilled = known ? Math.min(perSecond, known.level + ((now - known.at) / 1000) * perSecond) : perSecond;
      if (refilled < 1) return ((1 - refilled) / perSecond) * 1000;
      spent.delete(key);
      spent.set(key, { level: refilled - 1, at: now });
      for (const [oldest, { at }] of spent) {
        if (spent.size <= mostKeys && now - at < 1000) break;
        spent.delete(oldest);
      }
      return 0;
    },
  };
}
