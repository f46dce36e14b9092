import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Zombie } from "#process/zombie.ts";
import { eventually } from "../../support/poll.ts";
import { createYard } from "../../support/yard.ts";

let yard: ReturnType<typeof createYard>;
afterEach(() => yard.close());

const only = () => yard.zombies.list(0)[0] as Zombie;
const tellings = () => yard.of("zombie.reaped").map(({ data, cause }) => ({ by: data["by"], cause }));

describe("while a remedy is at work on a zombie, its collection is told once", () => {
  let detected: number;
  let zombie: Zombie;
  beforeEach(async () => {
    yard = createYard();
    yard.zombies.start();
    yard.die(31);
    detected = (await yard.told("zombie.detected")).id;
    zombie = only();
  });

  test("by the remedy that worked, although the register tells of it later", () => {
    const release = yard.zombies.claim([zombie]);
    yard.zombies.reaped(zombie, "adopt", 99);
    release();
    yard.collect(zombie.process);
    expect(tellings()).toEqual([{ by: "sexton", cause: 99 }]);
    expect(yard.of("zombie.reaped")[0]).toMatchObject({
      process: { pid: 31 },
      data: { strategy: "adopt", parent: { pid: 17 }, ageIsExact: true },
    });
  });

  test("by the remedy that worked, although the register told of it before", () => {
    const release = yard.zombies.claim([zombie]);
    yard.collect(zombie.process);
    yard.zombies.reaped(zombie, "nudge", 99);
    release();
    expect(tellings()).toEqual([{ by: "sexton", cause: 99 }]);
  });

  test("by the parent that was quicker than the remedy", () => {
    const release = yard.zombies.claim([zombie]);
    yard.collect(zombie.process);
    expect(tellings()).toEqual([]);
    release();
    expect(tellings()).toEqual([{ by: "parent", cause: detected }]);
  });

  test("by the parent that collects it after the remedy has failed", () => {
    yard.zombies.claim([zombie])();
    expect(tellings()).toEqual([]);
    yard.collect(zombie.process);
    expect(tellings()).toEqual([{ by: "parent", cause: detected }]);
  });

  test("and not again by a remedy that came too late", async () => {
    yard.collect(zombie.process);
    const release = yard.zombies.claim([zombie]);
    yard.zombies.reaped(zombie, "nudge", 99);
    release();
    yard.zombies.reaped(zombie, "nudge", 99);
    expect(tellings()).toEqual([{ by: "parent", cause: detected }]);
    const checks = yard.seen.length;
    await Bun.sleep(1_300);
    expect(yard.seen.length).toBe(checks);
  });

  test("each of several by who collected it", () => {
    yard.die(32);
    const zombies = yard.zombies.list(0);
    const release = yard.zombies.claim(zombies);
    for (const { process } of zombies) yard.collect(process);
    yard.zombies.reaped(zombie, "adopt", 99);
    release();
    // The other one was never detected, so that nobody asks.
    expect(tellings()).toEqual([{ by: "sexton", cause: 99 }]);
  });
});

describe("what there is to do", () => {
  test.each([1, 7])("is to collect sexton's own children soon, whatever their age, as pid %d", async (selfPid) => {
    yard = createYard({ selfPid });
    yard.given.leastAgeMs = 60_000;
    yard.zombies.start();
    yard.die(31, 17);
    await Bun.sleep(400);
    expect(yard.seen).toEqual([]);
    const at = performance.now();
    yard.die(32, selfPid);
    await eventually("the check", () => yard.seen.length > 0);
    expect(performance.now() - at).toBeLessThan(10_000);
    expect(yard.seen[0]?.map(({ process }) => process.pid)).toEqual([31, 32]);
    // It is looked at again as long as it is there.
    yard.given.againMs = 50;
    yard.zombies.look();
    await eventually("more checks", () => yard.seen.length > 3);
    expect(yard.seen.at(-1)?.map(({ process }) => process.pid)).toEqual([31, 32]);
  });

  test("is asked again when it is said to be due, and no sooner", async () => {
    yard = createYard();
    yard.given.againMs = 400;
    yard.zombies.start();
    yard.die(31);
    await yard.told("zombie.detected");
    const from = yard.checkedAt.length - 1;
    await eventually("two more checks", () => yard.checkedAt.length > from + 2);
    const [first = 0, second = 0, third = 0] = yard.checkedAt.slice(from);
    expect(Math.min(second - first, third - second)).toBeGreaterThan(390);
    yard.given.againMs = null;
    await Bun.sleep(600);
    const checks = yard.seen.length;
    await Bun.sleep(600);
    expect(yard.seen.length).toBe(checks);
  });

  test.each([20, null])("is nothing after the end, whatever was due (%p)", async (againMs) => {
    yard = createYard();
    yard.given.againMs = againMs;
    yard.zombies.start();
    yard.die(31);
    await yard.told("zombie.detected");
    yard.zombies.stop();
    const checks = yard.seen.length;
    yard.die(32);
    yard.zombies.look();
    await yard.enough();
    expect(yard.seen.length).toBe(checks);
    expect(yard.of("zombie.detected")).toHaveLength(1);
  });
});
