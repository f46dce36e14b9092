import { expect, test } from "bun:test";
import { createBus } from "#daemon/bus.ts";
import { createHooks } from "#daemon/hooks/hooks.ts";
import { createMemoryReloads, stateOf } from "../support/reloads.ts";

const hold = { kind: "hold", watch: "nginx", forMs: 60_000 } as const;
const nobody = { caller: null, trace: null };

/** One hook, in times that the test sets. */
function hooks(keepMs: number) {
  const world = { wall: 1_000_000, monotonic: 0 };
  const bus = createBus(() => world.wall);
  const { call } = createHooks({
    clock: () => world.wall,
    monotonic: () => world.monotonic,
    bus,
    agent: { signal: () => Promise.reject(new Error("a hold signals nobody")) },
    reloads: createMemoryReloads([stateOf()]),
    stopping: new AbortController().signal,
    settings: () => ({ quiet: { delayMs: 0, keepMs, action: hold } }),
    fault: (cause) => {
      throw cause;
    },
  });
  return {
    world,
    call: () => call("quiet", nobody),
    runs: () => bus.since(0).filter(({ type }) => type === "hook.started").length,
  };
}

test("what came of a hook is kept for its time, wherever the wall clock is set to meanwhile", async () => {
  const { world, call, runs } = hooks(10_000);
  await call();
  world.wall -= 3_600_000;
  world.monotonic = 9_999;
  expect(await call()).toMatchObject({ isDone: true, calls: 2 });
  world.monotonic = 10_000;
  expect(await call()).toMatchObject({ isDone: true, calls: 1 });
  expect(runs()).toBe(2);
  world.wall += 7_200_000;
  await call();
  expect(runs()).toBe(2);
});

test("it takes no negative time", async () => {
  const { world, call } = hooks(10_000);
  const report = call();
  world.wall -= 3_600_000;
  world.monotonic += 40;
  expect(await report).toMatchObject({ durationMs: 40 });
});
