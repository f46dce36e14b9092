import { expect, test } from "bun:test";
import { systemClock, toTimestamp } from "#base/clock.ts";

test("toTimestamp() writes RFC 3339 in UTC with milliseconds", () => {
  expect(toTimestamp(0)).toBe("1970-01-01T00:00:00.000Z");
  expect(toTimestamp(Date.UTC(2026, 10, 22, 8, 33, 6, 7))).toBe("2026-11-22T08:33:06.007Z");
});

test("systemClock() counts milliseconds since the epoch", () => {
  const before = Date.now();
  const now = systemClock();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});
