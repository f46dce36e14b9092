import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { eventually } from "../../support/poll.ts";
import { createYard, minAgeMs } from "../../support/yard.ts";

let yard: ReturnType<typeof createYard>;
beforeEach(() => {
  yard = createYard();
});
afterEach(() => yard.close());

const listed = (maxAgeMs?: number) => yard.zombies.list(maxAgeMs).map(({ process }) => process.pid);

describe("list()", () => {
  test("says who ended how and when, whose child it was, and whose fault it is", () => {
    yard.zombies.start();
    const at = Date.now();
    yard.die(31);
    const [zombie] = yard.zombies.list(0);
    expect(zombie).toMatchObject({
      process: { pid: 31, state: "zombie", name: "child" },
      exit: { exitCode: 7, signal: null, coreDumped: false },
      sinceIsExact: true,
      parent: { pid: 17, name: "php-fpm" },
      cause: "just-exited",
    });
    expect(zombie?.since).toBeGreaterThanOrEqual(at);
    expect(zombie?.ageMs).toBeLessThan(minAgeMs);
  });

  test("knows of those that had ended before only since when they were found", async () => {
    yard.folder.put(31, { ppid: 17, state: "Z" });
    yard.zombies.start();
    await Bun.sleep(50);
    const [zombie] = yard.zombies.list(0);
    expect(zombie?.sinceIsExact).toBe(false);
    expect(zombie?.ageMs).toBeGreaterThanOrEqual(45);
  });

  test("has the oldest first", async () => {
    yard.zombies.start();
    yard.die(32);
    await Bun.sleep(5);
    yard.die(31);
    expect(listed(0)).toEqual([32, 31]);
  });

  test("blames who is to blame", () => {
    yard.given.leastAgeMs = 0;
    yard.zombies.start();
    yard.folder.put(99, { name: "gdb" });
    yard.die(31);
    yard.die(32, 1);
    yard.die(33, 0);
    yard.die(34);
    yard.folder.put(34, { tracer: 99 });
    expect(Object.fromEntries(yard.zombies.list(0).map(({ process, cause }) => [process.pid, cause]))).toEqual({
      31: "parent-not-waiting",
      32: "init-not-reaping",
      33: "parent-outside-namespace",
      34: "traced",
    });
  });

  test("leaves out who was collected since the scan, and opens no grave for it again", async () => {
    yard.zombies.start();
    const child = yard.die(31);
    expect(listed(0)).toEqual([31]);
    yard.collect(child);
    expect(listed()).toEqual([]);
    // Were there a grave, it would be looked at again each second, for ever.
    await Bun.sleep(minAgeMs + 1_200);
    expect(yard.seen).toEqual([[]]);
  });

  test("names the parent of now, not of the scan", () => {
    yard.zombies.start();
    yard.die(31);
    expect(yard.zombies.list(0)[0]?.parent?.pid).toBe(17);
    yard.given.leastAgeMs = 0;
    yard.folder.put(31, { ppid: 1 });
    expect(yard.zombies.list()[0]).toMatchObject({ parent: { pid: 1 }, cause: "init-not-reaping" });
  });
});

describe("zombie.detected", () => {
  test("is told once, of one that was left for the minimum age, with who is to blame", async () => {
    yard.zombies.start();
    const at = performance.now();
    yard.die(31);
    const { process, data } = await yard.told("zombie.detected");
    expect(performance.now() - at).toBeGreaterThanOrEqual(minAgeMs - 1);
    expect(process).toMatchObject({ pid: 31, name: "child" });
    expect(data).toMatchObject({ exitCode: 7, cause: "parent-not-waiting", origin: "main", ageIsExact: true });
    expect(data["parent"]).toMatchObject({ pid: 17, name: "php-fpm" });
    expect(data["ageSeconds"]).toBeGreaterThanOrEqual(minAgeMs / 1000);
    await yard.enough();
    expect(yard.of("zombie.detected")).toHaveLength(1);
    expect(yard.zombies.perHour(yard.processOf(17))).toBe(60);
  });

  test("is told of one that ends later, and nobody is listed before one is old enough", async () => {
    yard.zombies.start();
    await Bun.sleep(minAgeMs - 100);
    yard.die(31);
    expect(listed(0)).toEqual([31]);
    await eventually("the first check", () => yard.seen.length > 0);
    expect(yard.seen[0]).toEqual([]);
    await yard.told("zombie.detected");
    yard.die(32);
    await eventually("the other's", () => yard.of("zombie.detected").length === 2);
  });

  test("is not told of one whose parent collects it in time", async () => {
    yard.zombies.start();
    yard.collect(yard.die(31));
    await yard.enough();
    expect(yard.of("zombie.detected")).toEqual([]);
    expect(yard.of("zombie.reaped")).toEqual([]);
  });

  test("is told of those of before the start, when they are old enough from then on", async () => {
    yard.folder.put(31, { ppid: 17, state: "Z" });
    yard.zombies.start();
    expect((await yard.told("zombie.detected")).data).toMatchObject({ ageIsExact: false });
  });

  test("waits for what the parent's own settings say, though others are told sooner", async () => {
    yard.given.settings[18] = { remedy: "report", minAgeMs: 1_000 };
    yard.folder.put(18, { name: "slow" });
    yard.zombies.start();
    yard.die(31);
    yard.die(32, 18);
    await eventually("the other's", () => yard.of("zombie.detected").length === 2);
    expect(yard.of("zombie.detected").map(({ process }) => process?.pid)).toEqual([31, 32]);
    expect(yard.of("zombie.detected")[1]?.data["ageSeconds"]).toBeGreaterThanOrEqual(1);
  });

  test("is told at once by other settings, when they are looked at", async () => {
    yard.given.leastAgeMs = 60_000;
    yard.zombies.start();
    yard.die(31);
    yard.given.leastAgeMs = 0;
    await Bun.sleep(300);
    expect(yard.of("zombie.detected")).toEqual([]);
    yard.zombies.look();
    await yard.told("zombie.detected");
  });
});

describe("zombie.reaped", () => {
  test("is by the parent that collects late, with the detection as its cause", async () => {
    yard.zombies.start();
    const child = yard.die(31);
    const detected = await yard.told("zombie.detected");
    yard.collect(child);
    const [{ data, cause, process } = expect.unreachable("nothing was told")] = yard.of("zombie.reaped");
    expect({ cause, pid: process?.pid }).toEqual({ cause: detected.id, pid: 31 });
    expect(data).toMatchObject({ by: "parent", strategy: null, parent: { pid: 17 }, ageIsExact: true });
  });

  test.each([
    ["has ended", () => yard.folder.put(17, { state: "Z" })],
    ["is gone", () => yard.folder.remove(17)],
    ["is another by now", () => yard.folder.put(17, { startTicks: 9_999 })],
  ])("is by pid 1 when the parent %s", async (_, end) => {
    yard.zombies.start();
    const child = yard.die(31);
    await yard.told("zombie.detected");
    end();
    yard.collect(child);
    expect(yard.of("zombie.reaped")[0]?.data).toMatchObject({ by: "init", parent: { pid: 17 } });
  });
});
