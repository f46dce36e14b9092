import { expect, test } from "bun:test";
import fc from "fast-check";
import { createPage } from "#telemetry/page.ts";

const written = (pieces: readonly string[]) => {
  const page = createPage();
  for (const piece of pieces) page.put(piece);
  return page.bytes();
};

test("createPage() holds what was put into it, in UTF-8", () => {
  const piece = fc.string({ unit: "grapheme" });
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      expect(written(pieces)).toEqual(new TextEncoder().encode(pieces.join("")));
    }),
  );
});

test("createPage() grows, also by characters of three bytes and by pieces larger than all before", () => {
  for (const piece of ["x", "€", "é", "😀", "€".repeat(100_000)]) {
    const pieces = Array.from({ length: 70_000 / piece.length + 2 }, () => piece);
    expect(written(pieces)).toEqual(new TextEncoder().encode(pieces.join("")));
  }
});
