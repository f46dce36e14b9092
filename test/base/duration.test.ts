import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatDuration, parseDuration } from "#base/duration.ts";

describe("parseDuration()", () => {
  test.each([
    ["250ms", 250],
    ["5s", 5_000],
    ["5", 5_000],
    ["0", 0],
    ["0.5", 500],
    ["1.5m", 90_000],
    ["1h", 3_600_000],
    ["0.001s", 1],
    [" 2s ", 2_000],
    ["0.4ms", 0],
  ])("reads %j as %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    "",
    " ",
    "s",
    "-5s",
    "+5s",
    "5 s",
    "5S",
    "5d",
    "1e3",
    "0x10",
    ".5s",
    "5.s",
    "5s5",
    "Infinity",
    "1234567890",
  ])("refuses %j", (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  test("gives a whole, finite number of milliseconds or null for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.mshe-+ ") }), (text) => {
        const ms = parseDuration(text);
        expect(ms === null || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true);
      }),
    );
  });
});

describe("formatDuration()", () => {
  test.each([
    [0, "0ms"],
    [20, "20ms"],
    [1_500, "1500ms"],
    [90_000, "90s"],
    [120_000, "2m"],
    [3_600_000, "1h"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test("is read back as it was", () => {
    fc.assert(fc.property(fc.nat(100_000_000), (ms) => expect(parseDuration(formatDuration(ms))).toBe(ms)));
  });
});
