import { describe, expect, test } from "bun:test";
import { columns, humanBytes, humanSeconds, printable } from "#base/columns.ts";

describe("printable()", () => {
  test.each([
    ["plain", "plain"],
    ["two\nlines", "two\\nlines"],
    ["tab\there", "tab\\x09here"],
    ["\u001b[31mred", "\\x1b[31mred"],
    ["\u009b31m", "\\x9b31m"],
    ["\u007f", "\\x7f"],
    ["line\u2028separator", "line\\u2028separator"],
    ["right\u202eleft, zero\u200bwidth", "right\\u202eleft, zero\\u200bwidth"],
    ["grün 日本", "grün 日本"],
    ["", ""],
  ])("shows %j as %j", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});

describe("columns()", () => {
  const shape = [
    { title: "PID", align: "right", value: (row: { pid: number; name: string | null }) => row.pid },
    { title: "NAME", value: (row: { pid: number; name: string | null }) => row.name },
  ] as const;

  test("lines numbers up on the right and texts on the left, the last column without padding", () => {
    const rows = [
      { pid: 7, name: "nginx" },
      { pid: 12_345, name: "x" },
    ];
    expect(columns(rows, shape)).toBe("  PID  NAME\n    7  nginx\n12345  x\n");
  });

  test("prints what is unknown as a dash", () => {
    expect(columns([{ pid: 7, name: null }], shape)).toBe("PID  NAME\n  7  -\n");
  });

  test("prints the titles of an empty table", () => {
    expect(columns([], shape)).toBe("PID  NAME\n");
  });

  test("keeps a name with a newline and an escape sequence on its line", () => {
    const table = columns([{ pid: 7, name: "a\n\u001b[2Jb" }], shape);
    expect(table.split("\n")).toHaveLength(3);
    expect(table).not.toContain("\u001b");
  });

  test("counts wide characters by the cells that they take", () => {
    const wide = [
      { title: "NAME", value: (row: string) => row },
      { title: "END", value: () => "|" },
    ];
    expect(columns(["日本", "abcd"], wide)).toBe("NAME  END\n日本  |\nabcd  |\n");
  });
});

describe("humanBytes()", () => {
  test.each([
    [0, "0B"],
    [1, "1B"],
    [1023, "1023B"],
    [1024, "1.0K"],
    [1536, "1.5K"],
    [5_242_880, "5.0M"],
    [1024 ** 3, "1.0G"],
    [1024 ** 6, "1024.0P"],
  ])("%d is %s", (bytes, text) => {
    expect(humanBytes(bytes)).toBe(text);
  });
});

describe("humanSeconds()", () => {
  test.each([
    [0, "0:00"],
    [0.99, "0:00"],
    [75.3, "1:15"],
    [3_599, "59:59"],
    [3_600, "1:00:00"],
    [4_000, "1:06:40"],
    [86_399, "23:59:59"],
    [86_400, "1-00:00:00"],
    [100_000, "1-03:46:40"],
  ])("%d is %s", (seconds, text) => {
    expect(humanSeconds(seconds)).toBe(text);
  });
});
