import { formatId, type ProcessId } from "#process/identity.ts";

const hourMs = 3_600_000;
/** What was seen for less than this is taken for as long: the first zombie of all is no flood. */
const leastMs = 60_000;
/** Beyond this many in an hour the oldest are forgotten: it is a flood by then, and its rate is that of the newest. */
const mostKept = 2_000;
const mostParents = 1_000;

/** How many zombies each parent leaves in an hour. */
export interface ZombieRates {
  count(parent: ProcessId, now: number): void;
  perHour(parent: ProcessId, now: number): number;
}

export function createZombieRates(startedAt: number): ZombieRates {
  const seen = new Map<string, number[]>();
  return {
    count(parent, now) {
      const key = formatId(parent);
      const times = seen.get(key) ?? [];
      seen.delete(key);
      seen.set(key, [...times.slice(1 - mostKept), now]);
      const oldest = seen.keys().next().value;
      if (seen.size > mostParents && oldest !== undefined) seen.delete(oldest);
    },
    perHour(parent, now) {
      const times = seen.get(formatId(parent)) ?? [];
      const recent = times.filter((time) => now - time < hourMs);
      const from = times.length === mostKept ? (times[0] as number) : startedAt;
      const spanMs = Math.max(leastMs, Math.min(hourMs, now - from));
      return Math.round((recent.length * hourMs) / spanMs);
    },
  };
}
