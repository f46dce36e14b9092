import { describe, expect, test } from "bun:test";
import type { Option } from "#cli/command.ts";
import { parse } from "#cli/parse.ts";

const watch: Option = { type: "string", alone: "2", description: "" };
const read = (...argv: string[]) => ({ ...parse({ options: { watch } }, argv).values });

describe("an option that may stand alone", () => {
  test.each([
    [["--watch"], "2"],
    [["--watch", "5"], "5"],
    [["--watch=0.5"], "0.5"],
    [["--watch", "--config", "x"], "2"],
    [["--config", "x", "--watch"], "2"],
  ])("%p is %p", (argv, value) => {
    expect(read(...argv)["watch"]).toBe(value);
  });

  test("a word that is no number is not its value", () => {
    expect(parse({ options: { watch } }, ["--watch", "word"]).positionals).toEqual(["word"]);
  });

  test("what follows -- is left as it is", () => {
    expect(parse({ options: { watch } }, ["--", "--watch", "5"]).positionals).toEqual(["--watch", "5"]);
  });

  test("a setting that is a switch stands alone too, and takes what is given", () => {
    expect(read("--api-expose-environ")["api-expose-environ"]).toBe("true");
    expect(read("--api-expose-environ=false")["api-expose-environ"]).toBe("false");
  });
});
