import { expect, test } from "bun:test";
import fc from "fast-check";
import { wrap } from "#base/wrap.ts";

test("wrap() breaks between words, and hangs what follows", () => {
  expect(wrap("one two three four", 12, "- ", "  ")).toEqual(["- one two", "  three four"]);
  expect(wrap("", 10, "- ")).toEqual(["-"]);
});

test("wrap() counts columns and not characters", () => {
  expect(wrap("漢字 漢字 漢字", 10)).toEqual(["漢字 漢字", "漢字"]);
});

test("no line is wider than it may be but for one word, and no word is lost", () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), fc.integer({ min: 4, max: 30 }), (words, width) => {
      const lines = wrap(words.join(" "), width);
      expect(lines.join(" ").trim().split(/ +/)).toEqual(words.length === 0 ? [""] : words);
      for (const line of lines) expect(line.length <= width || !line.includes(" ")).toBe(true);
    }),
  );
});
