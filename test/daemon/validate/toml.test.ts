import { expect, test } from "bun:test";
import { validate } from "#daemon/validate/validate.ts";

const look = async (text: string) => {
  const unjudged: string[] = [];
  const bytes = new TextEncoder().encode(text);
  const files = [{ path: "/a.toml", size: bytes.length, read: async () => bytes }];
  const rejection = await validate({ kind: "toml" }, files, new AbortController().signal, (told) =>
    unjudged.push(told),
  );
  expect(unjudged).toEqual([]);
  return rejection;
};
const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

/** By toml.io/en/v1.0.0, section after section. */
test.each([
  ["a comment", "# whole line\na = 1 # end\nb = '# none'\n"],
  ["line ends of both kinds, and none at the end", "a = 1\r\n\r\nb = 2\nc = 3"],
  ["bare keys", "key = 1\nbare_key = 1\nbare-key = 1\n1234 = 1\n-_- = 1"],
  ["quoted keys", '"127.0.0.1" = 1\n\'quoted "value"\' = 1\n"ʎǝʞ" = 1\n"" = 1\n'],
  ["an empty key in single quotes", "'' = 1"],
  ["dotted keys", 'name = 1\nphysical.color = 1\nphysical.shape = 1\nsite."google.com" = true'],
  ["dotted keys with blanks", "fruit.name = 1\nfruit. color = 1\nfruit . flavor = 1"],
  ["dotted keys of numbers", "3.14159 = 'pi'"],
  ["dotted keys out of order", "apple.type = 1\norange.type = 1\napple.skin = 1\norange.skin = 1"],
  ["basic strings", String.raw`str = "\b\t\n\f\r\"\\ \u00E9 \U0001F600"`],
  ["multi-line strings", 'a = """\nRoses\nViolets"""\nb = """\r\n  x\\\r\n   \r\n   y"""'],
  ["quotes within multi-line strings", 'a = """two: "". three: ""\\". five: ""\\"""\\"""""\nb = """"x""""'],
  ["literal strings", "winpath = 'C:\\Users\\nodejs'\nregex = '<\\i\\c*\\s*>'"],
  ["multi-line literal strings", "a = '''I [dw]on't need \\d{2}'''\nb = '''\nx\n  y\n'''\nc = ''''x''''"],
  ["integers", "a = +99\nb = 42\nc = 0\nd = -17\ne = 1_000\nf = 5_349_221\ng = -0\nh = +0"],
  ["integers of other bases", "a = 0xDEADBEEF\nb = 0xdead_beef\nc = 0o01234567\nd = 0b11010110"],
  ["integers of 64 bits", "a = 9223372036854775807\nb = [-9223372036854775808, 0x7fffffffffffffff]"],
  [
    "floats",
    "a = +1.0\nb = 3.1415\nc = 5e+22\nd = 1e06\ne = -2E-2\nf = 6.626e-34\ng = 224_617.445_991\nh = 0e0\ni = -0.0",
  ],
  ["floats that are none", "a = inf\nb = +inf\nc = -inf\nd = nan\ne = +nan\nf = -nan"],
  ["a float that no double holds", "a = 1e1000"],
  ["booleans", "a = true\nb = false"],
  [
    "date-times with an offset",
    "a = 1979-05-27T07:32:00Z\nb = 1979-05-27T00:32:00.999999-07:00\nc = 1979-05-27 07:32:00z",
  ],
  ["date-times of lower case", "a = 1979-05-27t07:32:00z"],
  ["date-times with more digits than a clock has", "a = 1979-05-27T00:32:00.123456789012345-07:00"],
  ["local date-times", "a = 1979-05-27T07:32:00\nb = 1979-05-27T00:32:00.999999"],
  ["local dates and times", "a = 1979-05-27\nb = 07:32:00\nc = 00:32:00.999999\nd = 2016-02-29"],
  ["leap seconds", "a = 1990-12-31T23:59:60Z\nb = 23:59:60\nc = 1990-12-31T15:59:60-08:00"],
  ["arrays", "a = []\nb = [1, 2,]\nc = [[1, 2], ['a', \"b\"]]\nd = [0.1, 1, {x = 1}, true]"],
  ["arrays over lines", "a = [\n  1, 2, # why\n\n  3\n  ,\n]"],
  ["tables", "[table]\n[a.b.c]\n[ d.e.f ]\n[ g . h . i ]\n[ j . \"ʞ\" . 'l' ]"],
  ["tables above others after them", "[x.y.z.w]\n[x]\na = 1\n[x.y]\nb = 1"],
  ["tables out of order", "[fruit.apple]\n[animal]\n[fruit.orange]"],
  ["tables within those of dotted keys", "[fruit]\napple.color = 1\n[fruit.apple2.texture]\n[fruit.pear]\n"],
  ["inline tables", 'a = {}\nb = { x = 1, "y z" = 2 }\nc = { d.e = "x", f = { g = 1 } }'],
  ["inline tables with arrays over lines", "a = { b = [\n1,\n2 ] }"],
  ["arrays of tables", "[[products]]\nname = 1\n[[products]]\n[[products]]\nname = 2"],
  [
    "arrays of tables in such",
    "[[fruits]]\n[fruits.physical]\n[[fruits.varieties]]\n[[fruits.varieties]]\n[[fruits]]\n[[fruits.varieties]]",
  ],
  ["names of JavaScript's", "__proto__ = 1\nconstructor.prototype = 1\n[toString]\nhasOwnProperty = 1\n[[valueOf]]"],
  ["20,000 keys in a table", `[table]\n${lines(20_000, (index) => `key${index} = "value ${index}"`)}`],
  ["20,000 tables", lines(20_000, (index) => `[table.number${index}]\nkey = 1`)],
  ["20,000 tables of an array", lines(20_000, (index) => `[[table]]\nkey = ${index}\n[table.of]`)],
  [
    "20,000 keys of an inline table",
    `a = { ${Array.from({ length: 20_000 }, (_, index) => `k${index} = 1`).join(", ")} }`,
  ],
  ["TOML 1.1: lines and a last comma in an inline table", "a = {\n  b = 1, # why\n  c = 2,\n}"],
  ["TOML 1.1: times without seconds, and more escapes", 'a = 07:32\nb = 1979-05-27 07:32Z\nc = "\\e[0m\\x41"'],
])("valid: %s", async (_, text) => {
  expect(await look(text)).toBeNull();
});

test.each([
  ["a key alone", "key"],
  ["a key without a value", "key = # invalid"],
  ["two on a line", 'first = "Tom" last = "Preston-Werner"'],
  ["no key", '= "no key name"'],
  ["a key of other letters", "é = 1"],
  ["a key over lines", '"""key""" = 1'],
  ["a key twice", 'name = "Tom"\nname = "Pradyun"'],
  ["a key twice, once in quotes", 'spelling = 1\n"spelling" = 2'],
  ["a value that is made a table", "fruit.apple = 1\nfruit.apple.smooth = true"],
  ["text without quotes", "a = yes"],
  ["a reserved escape", 'a = "\\q"'],
  ["an escape of half a character", 'a = "\\ud800"'],
  ["a line break in a string", 'a = "x\ny"'],
  ["a control character", 'a = "\u0001"'],
  ["a control character in a comment", "# \u0000"],
  ["three quotes within three", "a = '''15 apostrophes: ''''''''''''''''''"],
  ["a carriage return alone", "a = 1\rb = 2"],
  ["leading zeros", "a = 012"],
  ["underscores at an end", "a = _1"],
  ["underscores side by side", "a = 1__0"],
  ["a sign before a base", "a = +0xff"],
  ["a digit that the base has not", "a = 0b12"],
  ["a point without digits before it", "a = .7"],
  ["a point without digits after it", "a = 7."],
  ["an exponent after a point", "a = 3.e+20"],
  ["a capital in a boolean", "a = True"],
  ["a month that is none", "a = 2026-13-01"],
  ["an hour that is none", "a = 25:00:00"],
  ["a second that is none", "a = 23:59:61"],
  ["a date without digits", "a = 1979-5-27"],
  ["an array that does not end", "a = [1, 2"],
  ["an array without commas", "a = [1 2]"],
  ["an array of a comma", "a = [,]"],
  ["a table twice", "[fruit]\na = 1\n[fruit]\nb = 1"],
  ["a table where a value is", "[fruit]\napple = 1\n[fruit.apple]"],
  ["a table that dotted keys have made", "[fruit]\napple.taste.sweet = true\n[fruit.apple.taste]"],
  ["a table without a name", "[]"],
  ["a table with an empty part", "[a..b]"],
  ["a table that does not end", "[a"],
  ["an inline table that does not end", "a = { b = 1"],
  ["an inline table that is added to", '[product]\ntype = { name = "Nail" }\ntype.edible = false'],
  ["an inline table that adds", '[product]\ntype.name = "Nail"\ntype = { edible = false }'],
  ["an array of tables where an array is", "fruits = []\n[[fruits]]"],
  ["a table where an array of tables is", "[[fruits]]\n[[fruits.varieties]]\n[fruits.varieties]"],
  ["an array of tables where a table is", "[fruits.physical]\n[[fruits]]"],
  ["an array of tables where a value is", "[[fruits]]\nphysical = 1\n[[fruits.physical]]"],
  ["a comma that is all of an inline table", "a = {,}"],
  ["the last of 20,000 keys", `${lines(20_000, (index) => `key${index} = 1`)}\nkey5 = 2`],
])("invalid: %s", async (_, text) => {
  const { file, line, column } = (await look(text)) ?? {};
  expect(file).toBe("/a.toml");
  expect(line).toBeWithin(1, text.split("\n").length + 1);
  expect(column).toBeGreaterThan(0);
});
