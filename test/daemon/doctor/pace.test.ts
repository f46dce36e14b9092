import { expect, test } from "bun:test";
import { createPace } from "#daemon/doctor/pace.ts";

test("after some milliseconds others are served, and their time is not counted", async () => {
  let now = 0;
  const pace = createPace(20, () => now);
  now = 4;
  expect(pace.breathe()).toBeUndefined();
  now = 5;
  const breath = pace.breathe();
  let served = false;
  setImmediate(() => {
    served = true;
  });
  await Promise.resolve();
  now = 1_000;
  await breath;
  await new Promise((resolve) => setImmediate(resolve));
  expect(served).toBe(true);
  expect(pace.isOver()).toBe(false);
  now += 14;
  expect(pace.isOver()).toBe(false);
  now += 1;
  expect(pace.isOver()).toBe(true);
});
