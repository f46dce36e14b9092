import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatPosition, parsePosition } from "#process/event-position.ts";

describe("a position", () => {
  const read: readonly (readonly [text: string, run: string | null, id: number])[] = [
    ["0", null, 0],
    ["500", null, 500],
    ["007", null, 7],
    ["9999999999", null, 9_999_999_999],
    ["k3f9.500", "k3f9", 500],
    ["a.0", "a", 0],
    ["k3f9ab0000000000.1", "k3f9ab0000000000", 1],
  ];
  test.each(read)("%p is read", (text, run, id) => {
    expect(parsePosition(text)).toEqual({ run, id });
  });

  const refused = [
    "",
    " ",
    "x",
    ".",
    "k3f9",
    "k3f9.",
    ".500",
    "1.5",
    "3abc.500",
    "K3F9.500",
    "k3f9.500.1",
    "k3f9.-1",
    "k3f9.1e3",
    "k3f9 .500",
    "k3f9.500 ",
    "k3f9.500\n",
    "k3f9-500",
    "ké.5",
    "-1",
    "+1",
    "12345678901",
    "k3f9ab00000000000.1",
  ];
  test.each(refused)("%p is none", (text) => {
    expect(parsePosition(text)).toBeNull();
  });

  test("is read as it was written", () => {
    const runs = fc.option(fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/));
    const positions = fc.record({ run: runs, id: fc.integer({ min: 0, max: 9_999_999_999 }) });
    fc.assert(fc.property(positions, (position) => expect(parsePosition(formatPosition(position))).toEqual(position)));
  });
});
