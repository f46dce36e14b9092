import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bindingLimit, budgetOf, levelAfter, type PidLimit, pressureLevels } from "#policy/pids.ts";

const limit = (source: PidLimit["source"], current: number, limit: number): PidLimit => ({
  source,
  current,
  limit,
  counts: "pod",
});

describe("bindingLimit()", () => {
  test("is the one that leaves least room, whatever its size", () => {
    const limits = [
      limit("kernel.pid_max", 190, 32_768),
      limit("setting", 190, 200),
      limit("kernel.threads-max", 900_000, 1_000_000),
    ];
    expect(bindingLimit(limits)?.source).toBe("setting");
    const roomy = [limit("setting", 10, 200), limit("kernel.threads-max", 99_900, 100_000)];
    expect(bindingLimit(roomy)?.source).toBe("kernel.threads-max");
    expect(bindingLimit([])).toBeNull();
  });
});

describe("budgetOf()", () => {
  const counted = limit("pod-cgroup", 150, 200);

  test.each([
    ["growth", { perSecond: 0.5 }, 1_800, 100],
    ["no growth", { perSecond: 0 }, 0, null],
    ["a fall", { perSecond: -0.1 }, -360, null],
    ["no history", null, null, null],
  ])("says when the limit is reached with %s", (_, trend, growthPerHour, secondsToExhaustion) => {
    expect(budgetOf(counted, 7, trend)).toEqual({
      ...counted,
      percent: 75,
      zombies: 7,
      growthPerHour,
      secondsToExhaustion,
    });
  });

  test("has no time left where there is no room left, also above the limit", () => {
    expect(budgetOf(limit("setting", 210, 200), 0, { perSecond: 1 })).toMatchObject({
      percent: 105,
      secondsToExhaustion: 0,
    });
  });

  test("knows no time without a limit", () => {
    const unlimited = { source: null, limit: null, current: 9, counts: "pod" as const };
    expect(budgetOf(unlimited, 1, { perSecond: 2 })).toMatchObject({
      ...unlimited,
      percent: null,
      growthPerHour: 7_200,
      secondsToExhaustion: null,
    });
  });
});

describe("levelAfter()", () => {
  test.each([
    ["ok", 79.9, "ok"],
    ["ok", 80, "warning"],
    ["ok", 95, "critical"],
    ["warning", 75, "warning"],
    ["warning", 74.9, "ok"],
    ["warning", 94.9, "warning"],
    ["warning", 95, "critical"],
    ["critical", 90, "critical"],
    ["critical", 89.9, "warning"],
    ["critical", 75, "warning"],
    ["critical", 74.9, "ok"],
  ] as const)("%s at %p percent is %s", (before, percent, after) => {
    expect(levelAfter(before, percent)).toBe(after);
  });

  test("stays where it is when asked again, and is never lower for more", () => {
    const level = fc.constantFrom(...pressureLevels);
    const percent = fc.double({ min: 0, max: 200, noNaN: true });
    fc.assert(
      fc.property(level, percent, percent, (before, a, b) => {
        const after = levelAfter(before, a);
        expect(levelAfter(after, a)).toBe(after);
        const rank = (text: (typeof pressureLevels)[number]) => pressureLevels.indexOf(text);
        expect(rank(levelAfter(before, Math.max(a, b)))).toBeGreaterThanOrEqual(
          rank(levelAfter(before, Math.min(a, b))),
        );
      }),
    );
  });
});
