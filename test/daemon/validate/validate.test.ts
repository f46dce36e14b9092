import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { validate } from "#daemon/validate/validate.ts";
import type { Rejection } from "#process/reload.ts";
import { file, type Kind, never } from "../../support/validated.ts";

const look = (kind: Kind, content: string | Uint8Array) =>
  validate({ kind }, [file(`/etc/app/x.${kind}`, content)], never);
const at = (rejection: Rejection | null) => rejection && [rejection.line, rejection.column, rejection.reason];

describe("what is well formed passes", () => {
  const bomb = (levels: number) =>
    Array.from({ length: levels }, (_, level) => {
      const items =
        level === 0
          ? "x,x,x,x"
          : Array(4)
              .fill(`*a${level - 1}`)
              .join();
      return `a${level}: &a${level} [${items}]`;
    }).join("\n");
  test.each<[Kind, string, string]>([
    ["json", "an object", '{"a": [1, -0.5e3, true, null, "x\\u00e9"]}'],
    ["json", "a bare value", "17\n"],
    ["json", "other line ends", '{\r\n"a": 1\r\n}\r\n'],
    ["json", "as deep as anyone may nest it", "[".repeat(500_000) + "]".repeat(500_000)],
    ["yaml", "nothing", ""],
    ["yaml", "a comment", "# nothing here\n"],
    ["yaml", "several documents", "---\na: 1\n---\na: 2\n...\n"],
    ["yaml", "a byte order mark and other line ends", "\ufeffa: 1\r\nb:\r\n  - 2\r\n"],
    ["yaml", "tags that only the app knows", "password: !vault secret/db\nother: !!python/name:x y\n"],
    ["yaml", "anchors, aliases and merges", "base: &base {a: 1}\none: {<<: *base}\ntwo: {<<: *base, a: 2}\n"],
    ["yaml", "the same key in two mappings", "a: {x: 1}\nb: {x: 1}\n"],
    ["yaml", "several merges in one mapping", "a: &a {x: 1}\nb: &b {y: 1}\nc:\n  <<: *a\n  <<: *b\n"],
    ["yaml", "some aliases of aliases", bomb(5)],
    ["toml", "nothing", ""],
    ["toml", "tables", 'a = "x"\n[t]\nb = [1, 2]\n[[u]]\nc = 1979-05-27T07:32:00Z\n'],
    ["toml", "a byte order mark and other line ends", '\ufeffa = 1\r\nb = """\r\nx\r\n"""\r\n'],
    [
      "toml",
      "64-bit integers",
      "a = 9223372036854775807\nb = [\n  -9223372036854775808, # least\n  0x7fffffffffffffff]\n",
    ],
    ["toml", "what looks like code", 'a = "process.exit(1)"\n"__proto__" = 1\nconstructor.prototype = 2\n'],
  ])("%s: %s", async (kind, _, content) => {
    expect(await look(kind, content)).toBeNull();
  });
});

describe("what is not is told with its place", () => {
  test.each<[Kind, string, readonly [line: number | null, column: number | null, reason: string]]>([
    ["json", "", [1, 1, "a value is expected"]],
    ["json", '{\n  "a": 1,\n}\n', [3, 1, "the name of a property in double quotes is expected"]],
    ["json", '{\r\n"a": 1\r\n"b": 2}', [3, 1, "a comma is expected"]],
    ["json", '{"a": 1', [1, 8, "a comma or a closing brace is expected"]],
    ["json", "[1, 2", [1, 6, "a comma or a closing bracket is expected"]],
    ["json", "[1,]", [1, 4, "a value is expected"]],
    ["json", "{'a': 1}", [1, 2, "a word that JSON does not have: names and text need double quotes"]],
    ["json", '// why\n{"a": 1}', [1, 1, "JSON has no comments"]],
    ["json", '{"a": "x\n"}', [1, 7, "text in double quotes does not end"]],
    ["json", '{"a": "\\x"}', [1, 7, "there is no such escape"]],
    ["json", '{"a" 1}', [1, 6, "a colon is expected"]],
    ["json", "{} {}", [1, 4, "the end is expected: something follows the value"]],
    ["json", "\ufeff{}", [1, 1, "it begins with a byte order mark, which JSON does not have"]],
    ["yaml", "a: 1\nb: 2\na: 3\n", [3, 1, "a key is there twice"]],
    ["yaml", "a: 1\n---\nb:\n  c: 1\n  c: 2\n", [5, 3, "a key is there twice"]],
    ["yaml", "a: 1\n---\nb: *c\n", [3, 4, "an alias is of an anchor that is not there"]],
    ["yaml", "a: &a [*a]\n", [1, 8, "an alias is within what it is of"]],
    ["yaml", "a:\n\t- 1\n", [2, 1, "a tab is used as indentation"]],
    ["yaml", "a: b: c\n", [1, 4, "a mapping begins within a line that is one already: quote what has a colon"]],
    ["yaml", "a: @b\n", [1, 4, "a plain value begins with a reserved character: quote it"]],
    ["yaml", 'a: "b\n', [2, 1, "a closing quote, bracket or brace, a comma or a colon is missing"]],
    ["yaml", "a: [1,\nb: 2\n", [2, 1, "the indentation does not fit, or a bracket or brace is not closed"]],
    ["toml", "a = 1\nb = ]\n", [2, 5, "a value is expected: text must be quoted"]],
    ["toml", "a = 1\r\nb = 2\r\na = 3\r\n", [3, 1, "a key or a table is there twice, or in two ways"]],
    ["toml", "[a]\nx = 1\n[b]\n[a]\n", [4, 2, "a key or a table is there twice, or in two ways"]],
    ["toml", "a = {b = 1, b = 2}", [1, 13, "a key is there twice, or in two ways"]],
    ["toml", 'a = """\nx\ny\n', [1, 5, "a string does not end"]],
    ["toml", "a = [\n1,\n2\n\n", [5, 1, "a comma or a closing bracket or brace is expected"]],
    ["toml", "a = 1\n[b\n", [2, 3, "a key is not well formed, or has no value"]],
    ["toml", "a = 2026-13-01\n", [1, 5, "a date or time is not well formed"]],
    ["toml", "a = 1\nb = 2026-13-01T23:59:60Z\n", [2, 5, "a date or time is not well formed"]],
    ["toml", "a\n", [1, 2, "a key is not well formed, or has no value"]],
    ["toml", "a", [1, 1, "an equals sign or a closing bracket is expected after a key"]],
    ["toml", "= 1", [1, 1, "a key is expected"]],
    ["toml", "a = 1_", [1, 5, "a number is not well formed"]],
  ])("%s %j", async (kind, content, expected) => {
    expect(at(await look(kind, content))).toEqual([...expected]);
  });

  test.each(["json", "yaml", "toml"] as const)("%s that is not UTF-8", async (kind) => {
    const bytes = Uint8Array.from([...new TextEncoder().encode('"ä"\n"é'), 0xc3, 0x28, 0x22]);
    expect(at(await look(kind, bytes))).toEqual([2, 3, "it is not UTF-8"]);
    expect(at(await look(kind, Uint8Array.of(0xff, 0xfe, 0x61, 0)))).toEqual([1, 1, "it is not UTF-8"]);
  });
});

describe("which files are looked at", () => {
  const bad = "[";
  test.each<[Kind, readonly string[], string | null]>([
    ["json", ["/c/a.json", "/c/readme.md"], "/c/a.json"],
    ["json", ["/c/readme.md", "/c/a.JSON"], "/c/a.JSON"],
    ["json", ["/c/settings", "/c/other"], "/c/settings"],
    ["yaml", ["/c/run.sh", "/c/a.yml"], "/c/a.yml"],
    ["yaml", ["/c/a.json", "/c/b.yaml"], "/c/b.yaml"],
    ["toml", ["/c/a.yaml", "/c/config"], "/c/a.yaml"],
    ["toml", [], null],
  ])("%s of %j", async (kind, paths, expected) => {
    const rejection = await validate(
      { kind },
      paths.map((path) => file(path, bad)),
      never,
    );
    expect(rejection?.file ?? null).toBe(expected);
  });

  test("the first that is wrong is told, after those that are not", async () => {
    const files = [file("/a.json", "{}"), file("/b.json", "{]"), file("/c.json", "")];
    expect(await validate({ kind: "json" }, files, never)).toMatchObject({ file: "/b.json", line: 1 });
  });
});

/** Letters that no sentence has, so that not two of them may come out together. */
const secretText = fc.string({ unit: fc.constantFrom(..."QXZqxz7"), minLength: 4, maxLength: 12 });
const syntax = fc.constantFrom(
  ..."{}[]:,\"'#&*!|>%@`-?=\n\t \\./0195",
  "\r\n",
  "---\n",
  ": ",
  "- ",
  "\\u",
  "\\x",
  "/*",
  "//",
  "*Q",
  "&Q",
  "!!Q",
  "%Q",
  "[[",
  '"""',
  "1979-",
  "0x",
  "\ufeff",
  "\0",
);
const content = fc.array(fc.oneof(syntax, secretText), { maxLength: 40 }).map((parts) => parts.join(""));

test.each(["json", "yaml", "toml"] as const)("no part of any content is in what is said of it: %s", async (kind) => {
  let rejected = 0;
  await fc.assert(
    fc.asyncProperty(content, async (text) => {
      const rejection = await look(kind, text);
      if (rejection === null) return;
      rejected++;
      expect(Object.keys(rejection).sort()).toEqual(["column", "file", "line", "reason"]);
      expect(rejection.reason).not.toMatch(/[QXZ]|[qxz7]{2}|["'`\n\\]./);
      expect(rejection.reason).toMatch(/^[a-z].{5,90}$/i);
      expect(rejection.line ?? 1).toBeGreaterThanOrEqual(1);
      expect(rejection.line ?? 1).toBeLessThanOrEqual(text.split("\n").length);
    }),
    { numRuns: 3_000 },
  );
  expect(rejected).toBeGreaterThan(300);
});
