import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { run } from "#cli/run.ts";
import { cleanEnv } from "../support/binary.ts";
import { contentFolder } from "../support/content-folder.ts";
import { paperTerminal } from "../support/terminal.ts";

async function sexton(...args: string[]) {
  const terminal = paperTerminal();
  const served: boolean[] = [];
  const code = await run(args, terminal, async (_, once) => {
    served.push(once);
    return 0;
  });
  return { code, served, out: terminal.outs.join("") };
}

test("--watch may be there several times, and each has a row", async () => {
  const { out } = await sexton("config", "show", "--watch", "a=/x,settle=90s", "--watch=/etc/b,target=app");
  expect(out).toMatch(/^watch\.watches a +\{"paths":\["\/x"\],"verb":"reload","settle":"90s".+ flag --watch$/m);
  expect(out).toMatch(/^watch\.watches b +\{"paths":\["\/etc\/b"\],"target":"app",.+ flag --watch$/m);
});

test.each([
  ["--watch alone", ["--watch", ""], {}, 2],
  ["--watch=", ["--watch="], {}, 2],
  ["one of several", ["--watch", "a=/x", "--watch", " "], {}, 2],
  ["SEXTON_WATCH, which is none", [], { SEXTON_WATCH: "" }, 0],
] as const)("nothing where a watch should be: %s", async (_, args, env, code) => {
  const terminal = { ...paperTerminal(), env };
  expect(await run(["config", "show", ...args], terminal, async () => 0)).toBe(code);
  const sentence = "sexton: Cannot use --watch: expected a value, found nothing. Leave it out where there is none\n";
  expect(terminal.errs.join("")).toBe(code === 0 ? "" : sentence);
});

test("--once is told to whoever serves", async () => {
  expect((await sexton("--once")).served).toEqual([true]);
  expect((await sexton("serve", "--once", "--watch", "/x")).served).toEqual([true]);
  expect((await sexton("serve")).served).toEqual([false]);
});

describe("sexton --once", () => {
  const main = join(import.meta.dir, "..", "..", "src", "main.ts");
  const once = async (...args: string[]) => {
    const child = Bun.spawn([process.execPath, main, "--once", ...args], {
      env: cleanEnv,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    return { out, err, code };
  };

  test("exits 0 when all is well, 1 with what is wrong, 2 for a mistake", async () => {
    const folder = contentFolder();
    const good = folder.write("good.json", "{}");
    const bad = folder.write("bad.json", "{");
    expect(await once("--watch", `${good},validate=json`)).toEqual({ out: "", err: "", code: 0 });
    const wrong = await once("--watch", `${good},validate=json`, "--watch", `${bad},validate=json`);
    expect(wrong).toMatchObject({ out: "", code: 1 });
    expect(wrong.err).toStartWith(`sexton: watch bad.json: Cannot use ${bad}:1:`);
    expect(await once("--watch", `${good},settle=soon`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('"soon"'),
    });
    folder.remove();
  });
});
