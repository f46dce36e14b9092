import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { describeAsGlibc, getopt } from "#init/getopt.ts";

const shapes = [
  { short: "s", long: "single" },
  { short: "r", long: "rewrite", takesValue: true },
  { short: "v", long: "verbose" },
  { long: "version" },
] as const;

/** Options by their letter or word with their value, problems by kind and word. */
function read(args: readonly string[], permutes = false): { found: string[]; operands: readonly string[] } {
  const { found, operands } = getopt(args, shapes, permutes);
  const texts = found.map((each) => {
    if ("problem" in each) return `${each.problem.kind} ${each.problem.said}`;
    return `${each.option.long}=${each.value}`;
  });
  return { found: texts, operands };
}

describe("getopt()", () => {
  test.each([
    [["-s", "a"], ["single="], ["a"]],
    [["-sv"], ["single=", "verbose="], []],
    [["-r1:2", "a"], ["rewrite=1:2"], ["a"]],
    [["-r", "1:2", "a"], ["rewrite=1:2"], ["a"]],
    [["-svr1:2"], ["single=", "verbose=", "rewrite=1:2"], []],
    [["--rewrite=1:2"], ["rewrite=1:2"], []],
    [["--rewrite", "1:2", "b"], ["rewrite=1:2"], ["b"]],
    [["--rewrite="], ["rewrite="], []],
    [["--re", "1:2"], ["rewrite=1:2"], []],
    [["--version"], ["version="], []],
    [["--ver"], ["ambiguous --ver"], []],
    [["--verb"], ["verbose="], []],
    [["--nothing=3"], ["unknown --nothing"], []],
    [["--single=3"], ["takes-none --single"], []],
    [["--rewrite"], ["needs-value --rewrite"], []],
    [["-r"], ["needs-value r"], []],
    [["-xs"], ["unknown x", "single="], []],
    [["--", "-s"], [], ["-s"]],
    [["-s", "--", "--", "a"], ["single="], ["--", "a"]],
    [["-", "-s"], [], ["-", "-s"]],
    [["a", "-s", "--"], [], ["a", "-s", "--"]],
    [[], [], []],
    [["-r", "--", "a"], ["rewrite=--"], ["a"]],
  ] as const)("%p", (args, found, operands) => {
    expect(read(args)).toEqual({ found: [...found], operands: [...operands] });
  });

  test("takes options behind operands where it permutes, up to --", () => {
    expect(read(["a", "-s", "b", "-r", "1:2", "--", "-v", "c"], true)).toEqual({
      found: ["single=", "rewrite=1:2"],
      operands: ["a", "b", "-v", "c"],
    });
  });

  test("without long options a second dash is a letter", () => {
    const { found } = getopt(["--x"], [{ short: "x" }]);
    expect(found).toEqual([
      { problem: { kind: "unknown", said: "-", candidates: [] } },
      { option: { short: "x" }, value: "" },
    ]);
  });

  test("never loses or changes what follows --", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.boolean(), (rest, permutes) => {
        expect(getopt(["-s", "--", ...rest], shapes, permutes).operands).toEqual(rest);
      }),
    );
  });
});

test("describeAsGlibc() says what getopt_long(3) prints", () => {
  const said = (args: readonly string[]) =>
    getopt(args, shapes).found.map((each) => ("problem" in each ? describeAsGlibc("dumb-init", each.problem) : ""));
  expect(said(["-z"])).toEqual(["dumb-init: invalid option -- 'z'\n"]);
  expect(said(["--foo"])).toEqual(["dumb-init: unrecognized option '--foo'\n"]);
  expect(said(["--ver"])).toEqual(["dumb-init: option '--ver' is ambiguous; possibilities: '--verbose' '--version'\n"]);
  expect(said(["-r"])).toEqual(["dumb-init: option requires an argument -- 'r'\n"]);
  expect(said(["--rewrite"])).toEqual(["dumb-init: option '--rewrite' requires an argument\n"]);
  expect(said(["--single=1"])).toEqual(["dumb-init: option '--single' doesn't allow an argument\n"]);
});
