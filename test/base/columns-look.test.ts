import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Column, columns } from "#base/columns.ts";

interface Row {
  readonly pid: number;
  readonly user: string | null;
  readonly command: string;
}

const shape: readonly Column<Row>[] = [
  { title: "PID", align: "right", value: ({ pid }) => pid },
  { title: "USER", leftOut: 2, value: ({ user }) => user },
  { title: "AGE", leftOut: 1, value: () => "9h45m" },
  { title: "COMMAND", value: ({ command }) => command },
];

describe("columns() with a width", () => {
  const rows: Row[] = [
    { pid: 1, user: "root", command: "a command that is longer than there is room for" },
    { pid: 4711, user: null, command: "short" },
  ];

  test("cuts the last column at the edge, and says so", () => {
    expect(columns(rows, shape, { width: 48 })).toBe(
      [
        " PID  USER  AGE    COMMAND",
        "   1  root  9h45m  a command that is longer tha…",
        "4711  -     9h45m  short",
        "",
      ].join("\n"),
    );
  });

  test("leaves columns out before the last one is of no use, those with the highest number first", () => {
    expect(columns(rows, shape, { width: 40 }).split("\n")[0]).toBe(" PID  AGE    COMMAND");
    expect(columns(rows, shape, { width: 34 }).split("\n")[1]).toBe("   1  a command that is longer th…");
  });

  test("those that nobody is known of go first", () => {
    const unknown = rows.map((row) => ({ ...row, user: null }));
    const ages = shape.map((column) => (column.title === "AGE" ? { ...column, leftOut: 3 } : column));
    expect(columns(unknown, ages, { width: 42 }).split("\n")[0]).toBe(" PID  AGE    COMMAND");
    expect(columns(rows, ages, { width: 42 }).split("\n")[0]).toBe(" PID  USER  COMMAND");
  });

  test("wide characters take two columns, and none of them half", () => {
    const wide = [{ pid: 1, user: "安宁", command: "哈".repeat(40) }];
    const line = columns(wide, shape, { width: 50 }).split("\n")[1] as string;
    expect(line).toBe(`  1  安宁  9h45m  ${"哈".repeat(15)}…`);
    expect(Bun.stringWidth(line)).toBe(49);
  });

  test("colours take no room and are put around whole lines", () => {
    const painted = columns(rows, shape, {
      width: 48,
      paintTitles: (line) => `<${line}>`,
      paintRow: ({ pid }, line) => (pid === 1 ? `[${line}]` : line),
    });
    expect(painted.split("\n").map((line) => line.length)).toEqual([28, 50, 24, 0]);
  });

  test("no line is ever wider, and none has a control character, whatever is in the rows", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.string({ unit: fc.constantFrom("a", "哈", "é", "👍", "\u0301", "\u001b"), maxLength: 80 }),
    );
    const row = fc.record({ pid: fc.nat(4_194_304), user: fc.option(anything), command: anything });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), fc.integer({ min: 30, max: 200 }), (rows, width) => {
        const lines = columns(rows, shape, { width }).trimEnd().split("\n");
        expect(lines.length).toBe(rows.length + 1);
        for (const line of lines) {
          expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
        }
      }),
    );
  });
});
