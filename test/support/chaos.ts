/** Numbers between 0 and 1 that a seed decides: mulberry32. */
export function randomFrom(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    /** From `least` to `most`, both of them included. */
    between: (least: number, most: number) => least + Math.floor(next() * (most - least + 1)),
    pick: <T>(from: readonly T[]): T | undefined => from[Math.floor(next() * from.length)],
  };
}

/** What may happen, and how much more often than the others. */
export interface Mischief {
  readonly name: string;
  readonly weight: number;
  readonly act: () => void | Promise<void>;
}

/** Does one after the other at random, with random pauses, until the time is up; how often each was done. */
export async function cause(
  mischiefs: readonly Mischief[],
  random: ReturnType<typeof randomFrom>,
  seconds: number,
): Promise<Record<string, number>> {
  const done: Record<string, number> = {};
  const total = mischiefs.reduce((sum, { weight }) => sum + weight, 0);
  for (const until = performance.now() + seconds * 1_000; performance.now() < until; ) {
    let at = random.next() * total;
    const chosen = mischiefs.find(({ weight }) => {
      at -= weight;
      return at < 0;
    });
    if (!chosen) continue;
    done[chosen.name] = (done[chosen.name] ?? 0) + 1;
    await chosen.act();
    await Bun.sleep(random.between(0, 120));
  }
  return done;
}
