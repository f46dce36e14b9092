import { expect, test } from "bun:test";
import { createQuiet } from "#policy/evidence/quiet.ts";

const resting = { isBusy: false, cpuSeconds: 1 };

test("what rests has settled after its time, and is old after five times as long", () => {
  const quiet = createQuiet(100);
  expect([quiet.isSettled(1e9), quiet.isOld(1e9)]).toEqual([false, false]);
  for (const at of [10, 50, 100]) quiet.see(at, resting);
  expect([quiet.isSettled(109), quiet.isSettled(110), quiet.isOld(509), quiet.isOld(510)]).toEqual([
    false,
    true,
    false,
    true,
  ]);
});

test.each([
  ["is seen to run", { isBusy: true, cpuSeconds: 1 }],
  ["has used the processor in between", { isBusy: false, cpuSeconds: 1.01 }],
])("what %s has not settled until it rests, or is old", (_, activity) => {
  const quiet = createQuiet(100);
  quiet.see(10, resting);
  quiet.see(200, activity);
  expect([200, 279, 280].map(quiet.isSettled)).toEqual([false, false, true]);
  quiet.see(500, { ...activity, cpuSeconds: 2 });
  expect([quiet.isSettled(509), quiet.isSettled(510)]).toEqual([false, true]);
});
