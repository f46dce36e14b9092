import { expect, test } from "bun:test";
import { createSample } from "#base/sample.ts";

test("a sample has the first ones, then one each so often, and counts the others", () => {
  let now = 0;
  const sample = createSample(() => now, { atOnce: 3, eachMs: 100 });
  expect([sample(), sample(), sample(), sample(), sample()]).toEqual([0, 0, 0, null, null]);
  now = 100;
  expect([sample(), sample()]).toEqual([2, null]);
  now = 10_000;
  expect([sample(), sample(), sample(), sample()]).toEqual([1, 0, 0, null]);
});
