import { describe, expect, test } from "bun:test";
import type { Stats } from "node:fs";
import fc from "fast-check";
import { type ContentMemory, createContentMemory } from "#daemon/content/memory.ts";
import { createRecords, type Records } from "#daemon/content/records.ts";

const stat = (mtimeMs: number) => ({ ino: 1, size: 10, mtimeMs }) as Stats;

function reading(memory: ContentMemory, find: (records: Records) => void): string {
  const records = createRecords(memory);
  find(records);
  const hash = records.hash();
  records.remember();
  return hash;
}

describe("a file that fails", () => {
  test.each(["denied", "unreadable"] as const)("%s: is what it was, until it was written to", (why) => {
    const memory = createContentMemory();
    const first = reading(memory, (records) => records.read(0, "a", stat(1), "digest"));
    for (let rescan = 0; rescan < 2; rescan++)
      expect(reading(memory, (records) => records.unread(0, "a", stat(1), why))).toBe(first);
    expect(reading(memory, (records) => records.nothing(0, "a", why))).toBe(first);
    expect(reading(memory, (records) => records.read(0, "a", stat(1), "digest"))).toBe(first);
    expect(reading(memory, (records) => records.unread(0, "a", stat(2), why))).not.toBe(first);
    expect(reading(memory, (records) => records.read(0, "a", stat(2), "digest"))).toBe(first);
    expect(reading(memory, (records) => records.read(0, "a", stat(2), "other"))).not.toBe(first);
  });

  test.each(["absent", "dangling", "special", "circle"] as const)("%s: is gone", (why) => {
    const memory = createContentMemory();
    const first = reading(memory, (records) => records.read(0, "a", stat(1), "digest"));
    expect(reading(memory, (records) => records.nothing(0, "a", why))).not.toBe(first);
  });

  test("one that there was too much to read of is told by its stat alone", () => {
    const memory = createContentMemory();
    const first = reading(memory, (records) => records.read(0, "a", stat(1), "digest"));
    expect(reading(memory, (records) => records.unread(0, "a", stat(1), "large"))).not.toBe(first);
  });
});

const names = fc.array(fc.constantFrom("a", "b", "b-", "b/", "c", "ä"), { minLength: 1, maxLength: 3 });
const tree = fc.uniqueArray(
  fc.tuple(
    fc.integer({ min: 0, max: 2 }),
    names.map((parts) => parts.join("/")),
  ),
  {
    selector: ([index, name]) => `${index} ${name}`,
    maxLength: 30,
  },
);

test("what is recalled of a name is itself and all below it, of its path alone", () => {
  fc.assert(
    fc.property(tree, fc.integer({ min: 0, max: 2 }), names, fc.boolean(), (places, index, parts, isTop) => {
      const memory = createContentMemory();
      reading(memory, (records) => {
        for (const [of, name] of places) records.read(of, name, stat(1), `${of} ${name}`);
      });
      const name = isTop ? "" : parts.join("/");
      const expected = places
        .filter(([of, other]) => of === index && (isTop || other === name || other.startsWith(`${name}/`)))
        .map(([of, other]) => `${of} ${other}`);
      expect(
        memory
          .recall(index, name)
          .map(({ digest }) => digest)
          .sort(),
      ).toEqual(expected.sort());
    }),
  );
});
