import { describe, expect, test } from "bun:test";
import { run } from "#cli/run.ts";
import { configKeys } from "#config/keys.ts";
import { paperTerminal } from "../support/terminal.ts";

async function sexton(args: readonly string[], columns: number | null = null) {
  const paper = paperTerminal();
  const size = columns === null ? null : { columns, rows: 24 };
  const env = { NO_COLOR: "1" };
  const code = await run(args, { ...paper, env, screen: { ...paper.screen, size: () => size } }, async () => 0);
  return { code, out: paper.outs.join(""), err: paper.errs.join("") };
}

interface Facts {
  readonly commands: readonly {
    readonly name: string;
    readonly summary: string;
    readonly options: readonly { readonly name: string; readonly description: string }[];
    readonly examples?: readonly (readonly [string, string])[];
  }[];
  readonly settings: readonly { readonly name: string; readonly default: unknown }[];
  readonly exitCodes: readonly { readonly code: number }[];
}

const facts = JSON.parse((await sexton(["help", "--json"])).out) as Facts;
const names = facts.commands.map(({ name }) => name);

describe("sexton help", () => {
  test("tells of every command, the environment and the exit codes", async () => {
    const { out, code } = await sexton(["help"]);
    expect(code).toBe(0);
    for (const name of names) expect(out).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
    for (const title of ["Commands", "Options of every command", "Environment", "Exit codes", "Examples"])
      expect(out).toContain(`\n${title}:\n`);
    expect(out).toContain("\n  3   the agent cannot be reached\n");
    expect((await sexton(["--help"])).out).toBe(out);
    expect((await sexton(["-h"])).out).toBe(out);
  });

  test.each(names.filter((name) => name !== "init"))("%s tells of each of its options, in three ways", async (name) => {
    const { out } = await sexton(["help", name]);
    expect(out).toStartWith(`Usage: sexton ${name}`);
    for (const option of facts.commands.find((each) => each.name === name)?.options ?? []) {
      expect(out).toContain(option.name);
      expect(option.description).not.toBe("");
    }
    expect((await sexton([name, "--help"])).out).toBe(out);
    expect((await sexton([name, "-h"])).out).toBe(out);
  });

  test("serve lists every setting with its variable, and the default where there is one", async () => {
    const { out } = await sexton(["help", "serve"], 400);
    const text = out.replace(/\s+/g, " ");
    for (const { flag, variable } of configKeys) expect(text).toMatch(new RegExp(`--${flag} .*\\(${variable}\\)`));
    expect(text).toContain("default 127.0.0.1:9099 (SEXTON_LISTEN)");
    expect(facts.settings.length).toBe(configKeys.length);
    expect(facts.settings.find(({ name }) => name === "zombies.minAge")?.default).toBe("10s");
  });

  test.each([40, 60, 80, 200])("keeps within %p columns, but for a word that is longer", async (columns) => {
    for (const name of [undefined, ...names.filter((name) => name !== "init")]) {
      const { out } = await sexton(["help", ...(name ? [name] : [])], columns);
      for (const line of out.split("\n")) {
        if (/^ {2}\S/.test(line) || /\S{24}/.test(line)) continue;
        expect(Bun.stringWidth(line)).toBeLessThanOrEqual(Math.max(columns, 40));
      }
    }
  });

  test("an example is a command line that can be given", async () => {
    const examples = facts.commands.flatMap(({ examples = [] }) => examples);
    expect(examples.length).toBeGreaterThan(10);
    for (const [example] of examples) {
      const [, ...words] = example
        .replace(/ (>|\||&&).*$/, "")
        .replaceAll("'", "")
        .split(" ");
      const { err, code } = await sexton([...words, "--help"]);
      expect({ example, err, code }).toEqual({ example, err: "", code: 0 });
    }
  });

  test("what is mistyped is answered with the nearest", async () => {
    expect(await sexton(["help", "zombis"])).toEqual({
      code: 2,
      out: "",
      err: expect.stringContaining('Did you mean "zombies"?'),
    });
    expect((await sexton(["help", "--jsn"])).err).toContain("Did you mean --json?");
  });
});

test("the exit codes are the documented ones", () => {
  expect(facts.exitCodes.map(({ code }) => code)).toEqual([0, 1, 2, 3, 88]);
});
