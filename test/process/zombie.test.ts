import { describe, expect, test } from "bun:test";
import { broodsOf, describeProcess, type ZombieCause, type ZombieSigns, zombieCause } from "#process/zombie.ts";
import { processOf, zombieOf } from "../support/dead.ts";

describe("zombieCause()", () => {
  const old = { ppid: 17, tracerPid: 0, ageMs: 10_000 };
  test.each<[string, Partial<ZombieSigns>, ZombieCause]>([
    ["a parent that lives", {}, "parent-not-waiting"],
    ["pid 1", { ppid: 1 }, "init-not-reaping"],
    ["a parent outside of the namespace", { ppid: 0 }, "parent-outside-namespace"],
    ["a tracer that is somebody else", { tracerPid: 99 }, "traced"],
    ["a tracer below pid 1", { ppid: 1, tracerPid: 99 }, "traced"],
    ["a tracer below the runtime", { ppid: 0, tracerPid: 99 }, "traced"],
    ["a parent that traces its child itself", { tracerPid: 17 }, "parent-not-waiting"],
    ["a tracer that cannot be seen", { tracerPid: null }, "parent-not-waiting"],
    ["a parent that has had no time", { ageMs: 9_999 }, "just-exited"],
    ["pid 1 that has had no time", { ppid: 1, ageMs: 9_999 }, "just-exited"],
    ["a runtime that has had no time", { ppid: 0, ageMs: 0 }, "just-exited"],
    ["a tracer that has had no time", { tracerPid: 99, ageMs: 0 }, "just-exited"],
  ])("%s", (_, signs, cause) => {
    expect(zombieCause({ ...old, ...signs }, 10_000)).toBe(cause);
  });

  test("gives no time at all where the minimum age is 0", () => {
    expect(zombieCause({ ...old, ageMs: 0 }, 0)).toBe("parent-not-waiting");
  });
});

describe("describeProcess()", () => {
  test("names the container where its name is known", () => {
    expect(describeProcess(processOf({ pid: 17, name: "php-fpm" }))).toBe("php-fpm (pid 17, container web)");
    expect(describeProcess(processOf({ pid: 17, name: "php-fpm", in: "?web" }))).toBe("php-fpm (pid 17)");
    expect(describeProcess({ pid: 17, name: "php-fpm", container: null })).toBe("php-fpm (pid 17)");
  });
});

describe("broodsOf()", () => {
  const fpm = processOf({ pid: 17, name: "php-fpm" });
  const cron = processOf({ pid: 18, name: "cron" });

  test("puts the children of each parent together in their order, the largest brood first", () => {
    const zombies = [zombieOf(30, cron), zombieOf(31, fpm), zombieOf(32, null), zombieOf(33, fpm), zombieOf(34, fpm)];
    const broods = broodsOf([...zombies, zombieOf(35, cron)]);
    expect(
      broods.map(({ parent, zombies: members }) => [parent?.pid ?? null, members.map(({ process }) => process.pid)]),
    ).toEqual([
      [17, [31, 33, 34]],
      [18, [30, 35]],
      [null, [32]],
    ]);
  });

  test("keeps two parents apart that had one pid", () => {
    const later = processOf({ pid: 17, name: "php-fpm", startTicks: 9_999 });
    expect(broodsOf([zombieOf(31, fpm), zombieOf(32, later)])).toHaveLength(2);
  });

  test("finds none among none", () => {
    expect(broodsOf([])).toEqual([]);
  });
});
