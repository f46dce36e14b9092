/** Numbers that a seed decides: the same seed and index give the same request, whatever else ran before it. */
export interface Random {
  /** From 0 to below `limit`. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  /** One of some ways to make a value, by weight. */
  weighted<T>(ways: readonly (readonly [weight: number, make: () => T])[]): T;
  /** Bytes as a latin1 text. */
  bytes(length: number): string;
}

/** Mulberry32 (Tommy Ettinger, public domain): small, and good enough to choose with. */
export function createRandom(seed: number, index = 0): Random {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)) | 0;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const random: Random = {
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
    pick: (values) => values[Math.floor(next() * values.length)] as never,
    weighted(ways) {
      let left = next() * ways.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, make] of ways) {
        left -= weight;
        if (left < 0) return make();
      }
      return (ways.at(-1) as (typeof ways)[number])[1]();
    },
    bytes: (length) => Array.from({ length }, () => String.fromCharCode(Math.floor(next() * 256))).join(""),
  };
  return random;
}
