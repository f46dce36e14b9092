import { expect, test } from "bun:test";
import { createAddressee } from "#daemon/reload/addressee.ts";
import { createFaults } from "#daemon/reload/faults.ts";
import { reloaderOver, watchSettings } from "../../support/reloader.ts";

const unknown = 'Cannot find target "ngnix".';

/** The target of a watch, in a time that the test sets. */
function over(more: Partial<ReturnType<typeof watchSettings>> = {}) {
  const world = {
    now: 0,
    settings: watchSettings({ paths: ["/etc/app"], target: "ngnix", ...more }),
    problem: unknown as string | null,
    age: null as number | null,
    told: [] as string[],
  };
  const tell = (text: string) => void world.told.push(text);
  const log = { info: tell, warn: tell, error: tell };
  const addressee = createAddressee({
    log,
    monotonic: () => world.now,
    faults: createFaults(() => "app", log),
    settings: () => world.settings,
    targetProblem: () => world.problem,
    ageOf: () => world.age,
  });
  return Object.assign(world, { addressee, [Symbol.dispose]: addressee.stop });
}

test("a target that nobody knows is a problem after a minute, and told once", () => {
  using it = over();
  it.addressee.start();
  it.now = 59_999;
  expect(it.addressee.problem()).toBeNull();
  expect(it.told).toEqual([]);
  it.now = 60_000;
  expect(it.addressee.problem()).toBe(unknown);
  it.now = 600_000;
  expect(it.addressee.problem()).toBe(unknown);
  expect(it.told).toEqual(["a watch has nobody to reload"]);
  it.problem = null;
  it.age = 0;
  expect(it.addressee.problem()).toBeNull();
  expect(it.told).toEqual(["a watch has nobody to reload", "the target of a watch has been found"]);
});

test("one that is configured, and is not there yet, is no problem however long it takes", () => {
  using it = over();
  it.problem = null;
  it.addressee.start();
  it.now = 3_600_000;
  expect(it.addressee.problem()).toBeNull();
  it.problem = unknown;
  expect(it.addressee.problem()).toBeNull();
  expect(it.told).toEqual([]);
});

test("one that was there comes back: its container is started anew", () => {
  using it = over();
  it.problem = null;
  it.age = 0;
  it.addressee.start();
  it.problem = unknown;
  it.age = null;
  it.now = 3_600_000;
  expect(it.addressee.problem()).toBeNull();
});

test("another target begins anew, and a reload over HTTP needs none", () => {
  using it = over();
  it.addressee.start();
  it.now = 60_000;
  expect(it.addressee.problem()).toBe(unknown);
  it.addressee.renew();
  expect(it.addressee.problem()).toBeNull();
  it.now = 120_000;
  expect(it.addressee.problem()).toBe(unknown);
  const http = { url: "http://127.0.0.1:1/", method: "POST", status: [200, 299], timeoutMs: 1 } as const;
  it.settings = { ...it.settings, http, target: null };
  expect(it.addressee.problem()).toBeNull();
});

test("a watch tells it beside what waits, and its own problem stays its own", async () => {
  const real = performance.now;
  await using world = reloaderOver(() => ({ target: "ngnix" }), undefined, { targetProblem: () => unknown });
  await world.begin();
  expect(world.state()).toMatchObject({ problem: null, targetProblem: null });
  try {
    performance.now = () => real.call(performance) + 61_000;
    expect(world.state()).toMatchObject({ problem: null, targetProblem: unknown });
  } finally {
    performance.now = real;
  }
  // Nobody to reload is not a dead watch.
  expect(world.reloader.problem()).toBeNull();
});
