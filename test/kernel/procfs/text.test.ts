import { describe, expect, test } from "bun:test";
import { decimal, keyedLines, latin1, lossyUtf8 } from "#kernel/procfs/text.ts";

describe("latin1()", () => {
  test("maps every byte to the character of its number, and no byte outside of the view", () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect([...latin1(all)].map((character) => character.charCodeAt(0))).toEqual([...all]);
    expect(latin1(Buffer.from("abcdef").subarray(2, 4))).toBe("cd");
  });
});

describe("lossyUtf8()", () => {
  test.each([
    ["ASCII", [97, 98], "ab"],
    ["nothing", [], ""],
    ["two bytes for one character", [0xc3, 0xbc], "ü"],
    ["four bytes for one character", [0xf0, 0x9f, 0x98, 0x80], "😀"],
    ["bytes that never occur in UTF-8", [97, 0xff, 0xfe, 98], "a\ufffd\ufffdb"],
    ["a character that was cut off", [97, 0xc3], "a\ufffd"],
  ])("decodes %s", (_, bytes, text) => {
    expect(lossyUtf8(Uint8Array.from(bytes))).toBe(text);
  });
});

describe("decimal()", () => {
  test.each([
    ["0", 0],
    ["42", 42],
    ["-1", -1],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ])("reads %s", (text, number) => {
    expect(decimal(text)).toBe(number);
  });

  test("is null for everything that is no whole decimal number", () => {
    const others = [undefined, "", " 1", "1 ", "1.5", "1e3", "0x10", "+1", "--1", "Infinity", "1".repeat(21)];
    expect(others.filter((text) => decimal(text) !== null)).toEqual([]);
  });
});

describe("keyedLines()", () => {
  test("splits at the first colon, trims the value and keeps the first of equal keys", () => {
    const lines = keyedLines("Name:\ta:b \nEmpty:\nName:\tsecond\n:nothing\nno colon\n");
    expect([...lines]).toEqual([
      ["Name", "a:b"],
      ["Empty", ""],
    ]);
  });
});
