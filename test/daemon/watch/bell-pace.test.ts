import { describe, expect, test } from "bun:test";
import { createBellPace } from "#daemon/watch/bell-pace.ts";

/** Ends and ticks of one second, `perSecond` ends in all; whether the bell is held at its end. */
function second(pace: ReturnType<typeof createBellPace>, perSecond: number, from: number): boolean {
  for (let now = from; now < from + 1_000; now += 20) {
    for (let left = perSecond / 50; left > 0; left--) {
      pace.ended(1, now);
      if (!pace.isHeld()) void pace.rung();
    }
    if (pace.isHeld()) pace.ticked(now);
  }
  return pace.isHeld();
}

describe("the bell", () => {
  test("is never held below a hundred ends a second", () => {
    const pace = createBellPace();
    for (let now = 0; now < 10_000; now += 1_000) expect(second(pace, 50, now)).toBe(false);
  });

  test("is held in a storm, and let go when it is over", async () => {
    const pace = createBellPace();
    expect(second(pace, 200, 0)).toBe(true);
    expect(second(pace, 200, 1_000)).toBe(true);
    expect(second(pace, 0, 2_000)).toBe(false);
    expect(pace.rung()).toBeNull();
  });

  test("rings at once for the first of a burst, and again when the tick says so", async () => {
    const pace = createBellPace();
    expect(pace.rung()).toBeNull();
    pace.ended(1_000, 0);
    const pause = pace.rung();
    let rings = false;
    const waiting = pause?.then(() => {
      rings = true;
    });
    pace.ticked(1_000);
    await Promise.resolve();
    expect([rings, pace.isHeld()]).toEqual([false, true]);
    pace.ticked(4_000);
    await waiting;
    expect([rings, pace.isHeld()]).toEqual([true, false]);
  });
});
