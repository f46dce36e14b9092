import type { Clock } from "#base/clock.ts";

/**
 * Counters by key. Those in use stay; others stay for ten minutes, so that what ended between two scrapes is in the next
 * one and a probe's program, which is hardly ever caught alive, counts on; then they go, since nobody can afford a series
 * for everything that ever was.
 */
export interface Kept<T> {
  /** New ones are made; null: there are too many. */
  of(key: string): T | null;
  /** One that is in use until the next look. */
  use(key: string): T | null;
  /** One that there must be. */
  need(key: string): T;
  /** A look is over: nothing else is in use. */
  settle(isUsed: (value: T) => boolean): void;
  values(): T[];
}

export interface KeptLimits {
  readonly keptMs: number;
  /** Of those that are not in use, the newest. */
  readonly unused: number;
  /** Of all. */
  readonly most: number;
}

const keptLimits: KeptLimits = { keptMs: 600_000, unused: 100, most: 1_000 };

interface Entry<T> {
  readonly value: T;
  usedAt: number;
  isUsed: boolean;
}

export function createKept<T>(create: (key: string) => T, clock: Clock, limits: KeptLimits = keptLimits): Kept<T> {
  /** Who was heard of last comes last. */
  const entries = new Map<string, Entry<T>>();
  let used = 0;

  function forget(now: number): void {
    const unused = [...entries].filter(([, { isUsed }]) => !isUsed);
    const tooMany = unused.length - limits.unused;
    for (const [index, [key, { usedAt }]] of unused.entries()) {
      if (index < tooMany || now - usedAt > limits.keptMs) entries.delete(key);
    }
  }

  function find(key: string, isNeeded: boolean): Entry<T> | null {
    const now = clock();
    let entry = entries.get(key);
    if (entry === undefined) {
      // Also where nobody looks; at twice the number, so that a storm of keys does not go through all for each.
      if (entries.size - used >= 2 * limits.unused || entries.size >= limits.most) forget(now);
      if (entries.size >= limits.most && !isNeeded) return null;
      entry = { value: create(key), usedAt: now, isUsed: false };
    } else entries.delete(key);
    entry.usedAt = now;
    entries.set(key, entry);
    return entry;
  }

  return {
    of: (key) => find(key, false)?.value ?? null,
    need: (key) => (find(key, true) as Entry<T>).value,
    use(key) {
      const entry = find(key, false);
      if (entry === null) return null;
      if (!entry.isUsed) used++;
      entry.isUsed = true;
      return entry.value;
    },
    settle(isUsed) {
      const now = clock();
      used = 0;
      for (const entry of entries.values()) {
        // Also of one that was in use until now: it has ended since the look before.
        if (entry.isUsed) entry.usedAt = now;
        entry.isUsed = isUsed(entry.value);
        if (entry.isUsed) used++;
      }
      forget(now);
    },
    values: () => [...entries.values()].map(({ value }) => value),
  };
}
