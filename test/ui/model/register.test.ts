import { expect, test } from "bun:test";
import { eventTypes } from "#process/event.ts";
import { addEvents, families, filterLines, mostLines, noLines, typesOf } from "#ui/model/register.ts";
import { eventOf } from "../support.ts";

test("the newest event comes first, and as many as are shown are kept", () => {
  const first = addEvents(noLines, [eventOf(1), eventOf(2)]);
  expect(first.lines.map(({ event }) => event.id)).toEqual([2, 1]);
  const many = addEvents(
    first,
    Array.from({ length: mostLines }, (_, index) => eventOf(index + 3)),
  );
  expect(many).toMatchObject({ dropped: 2 });
  expect(many.lines).toHaveLength(mostLines);
  expect(many.lines.at(-1)?.event.id).toBe(3);
});

test("two runs of sexton may use an id twice; a line is one line all the same, and the gap is counted", () => {
  const gap = eventOf(9, { type: "events.lost", process: null, data: { from: null, to: null } });
  const { lines, gaps } = addEvents(addEvents(noLines, [eventOf(1)]), [gap, eventOf(1)]);
  expect(new Set(lines.map(({ key }) => key)).size).toBe(3);
  expect(gaps).toBe(1);
  expect(lines[1]?.what).toBe("sexton was started again");
});

test("every type but the gap's own is in a family that can be chosen", () => {
  const known = new Set<string>(families);
  const left = eventTypes.filter((type) => !known.has(type.split(".")[0] ?? ""));
  expect(left).toEqual(["events.lost"]);
  expect(typesOf(new Set())).toBe(null);
  expect(typesOf(new Set(families))).toBe(null);
  expect(typesOf(new Set(["zombie", "process"]))).toBe("process.*,zombie.*");
});

test("the filter looks at all that a line shows, and never hides a gap", () => {
  const exited = eventOf(1, { type: "process.exited", data: { exitCode: 7, signal: null } });
  const gap = eventOf(2, { type: "events.lost", process: null, data: { from: 1, to: 5 } });
  const { lines } = addEvents(noLines, [exited, gap, eventOf(3)]);
  const ids = (filter: string) => filterLines(lines, filter).map(({ event }) => event.id);
  expect(ids("")).toEqual([3, 2, 1]);
  expect(ids("WORKER code 7")).toEqual([2, 1]);
});

test("what would be acted on instead of shown is shown as what it is", () => {
  const { lines } = addEvents(noLines, [eventOf(1, { data: { note: "a\u202eb\u0007" } })]);
  expect(lines[0]?.what).toBe("note=a\\u202eb\\x07");
});
