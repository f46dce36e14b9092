import { expect, test } from "bun:test";
import { bytes, clockTime, counted, percent, span, text, whole } from "#ui/model/format.ts";
import { nextAfter, nextTry } from "#ui/model/pace.ts";

test("an answer that costs more is asked for less often, up to a bound", () => {
  expect(nextAfter(1_500, 0)).toBe(1_500);
  expect(nextAfter(1_500, 100)).toBe(3_000);
  expect(nextAfter(1_500, 10_000)).toBe(15_000);
});

test("an agent that does not answer is asked again ever more slowly, and not by all pages at once", () => {
  expect([1, 2, 3, 4, 5, 50].map((failures) => nextTry(failures, 0))).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000]);
  expect(nextTry(1, 1)).toBe(750);
});

test("numbers are short, and what is not known is a dash", () => {
  expect([bytes, span, whole, percent].map((format) => format(null))).toEqual(["–", "–", "–", "–"]);
  expect([0, 4.2, 75, 4000, 100_000].map(span)).toEqual(["0s", "4s", "1m15s", "1h06m", "1d03h"]);
  expect([text(null), text(""), text("a\u202eb")]).toEqual(["–", "–", "a\\u202eb"]);
  expect([counted(1, "zombie"), counted(5_000, "process", "processes")]).toEqual(["1 zombie", "5,000 processes"]);
  expect(clockTime("2026-01-01T00:00:00.000Z")).toMatch(/^\d\d:\d\d:00$/);
});
