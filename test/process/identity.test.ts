import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatId, parseProcessRef, pidLimit } from "#process/identity.ts";

describe("parseProcessRef()", () => {
  test.each([
    ["1", 1, null],
    ["17", 17, null],
    ["17-49123", 17, 49_123],
    ["17-0", 17, 0],
    ["4194304", 4_194_304, null],
  ])("reads %s", (text, pid, startTicks) => {
    expect(parseProcessRef(text)).toEqual({ pid, startTicks });
  });

  test.each([
    ...["", " ", "0", "-1", "-0", "00", "017", "+17", "1.0", "1e3", "0x11", "abc", "17a", "a17", " 17", "17 ", "17\n"],
    ...["4194305", "9999999", "99999999999", "17-", "-17-1", "17--1", "17-1-1", "17-x", `17-${"9".repeat(16)}`, "１７"],
  ])("refuses %j", (text) => {
    expect(parseProcessRef(text)).toBeNull();
  });

  test("gives for any text null or one process, never 0 or a negative number", () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."0123456789-") }));
    fc.assert(
      fc.property(text, (text) => {
        const ref = parseProcessRef(text);
        expect(ref === null || (ref.pid >= 1 && ref.pid <= pidLimit)).toBe(true);
      }),
    );
  });

  test("reads back what formatId() writes", () => {
    const id = fc.record({
      pid: fc.integer({ min: 1, max: pidLimit }),
      startTicks: fc.nat({ max: 999_999_999_999_999 }),
    });
    fc.assert(fc.property(id, (id) => expect(parseProcessRef(formatId(id))).toEqual(id)));
  });
});

test("formatId() writes pid and start ticks with a dash", () => {
  expect(formatId({ pid: 17, startTicks: 49_123 })).toBe("17-49123");
});
