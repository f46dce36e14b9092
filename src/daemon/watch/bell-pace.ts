/** Ends in a second, on the average of the last one, beyond which they are heard of by ticks alone. */
const stormPerSecond = 100;

/**
 * To be woken costs several times what an end costs. So in a storm of ends the bell is held back, and each tick hears of
 * all that have come since the one before.
 */
export interface BellPace {
  /** So many have ended. */
  ended(count: number, now: number): void;
  /** The bell has rung; what to wait for before it may ring again, null: nothing. */
  rung(): Promise<void> | null;
  /** Whether the bell is held back, so that nobody has heard of what came since the last tick. */
  isHeld(): boolean;
  /** With each tick while it is held: lets it go when the storm is over. */
  ticked(now: number): void;
}

export function createBellPace(): BellPace {
  /** Ends of the last second: each counts less as it ages. */
  let rate = 0;
  let ratedAt = 0;
  let release: (() => void) | null = null;

  function age(now: number): void {
    rate *= Math.exp((ratedAt - now) / 1_000);
    ratedAt = now;
  }

  return {
    ended(count, now) {
      age(now);
      rate += count;
    },
    rung() {
      if (rate < stormPerSecond) return null;
      const { promise, resolve } = Promise.withResolvers<void>();
      release = resolve;
      return promise;
    },
    isHeld: () => release !== null,
    ticked(now) {
      age(now);
      if (rate >= stormPerSecond) return;
      release?.();
      release = null;
    },
  };
}
