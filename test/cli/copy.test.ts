import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "#cli/run.ts";
import { paperTerminal } from "../support/terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "sexton-copy-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function sexton(...args: readonly string[]) {
  const paper = paperTerminal();
  const code = await run(args, paper, async () => 0);
  return { code, out: paper.outs.join(""), err: paper.errs.join("") };
}

const isThisProgram = (path: string) =>
  Bun.spawnSync(["cmp", process.execPath, path], { stdio: ["ignore", "ignore", "ignore"] }).exitCode === 0;

describe("sexton copy", () => {
  test("puts the program into a folder, executable for everybody", async () => {
    const volume = join(folder, "volume");
    mkdirSync(volume);
    expect(await sexton("copy", volume)).toEqual({ code: 0, out: "", err: "" });
    const copied = join(volume, "sexton");
    expect(statSync(copied).mode & 0o777).toBe(0o755);
    expect(isThisProgram(copied)).toBe(true);
    // As an init container does that is run once more, with the one of before still in use.
    const before = statSync(copied).ino;
    expect((await sexton("copy", volume)).code).toBe(0);
    expect(statSync(copied).ino).not.toBe(before);
    expect(readdirSync(volume)).toEqual(["sexton"]);
  });

  test("takes a file's name, and puts it in the place of what is there", async () => {
    const file = join(folder, "tini");
    writeFileSync(file, "old");
    chmodSync(file, 0o600);
    expect((await sexton("copy", file)).code).toBe(0);
    expect(isThisProgram(file)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o755);
  });

  test.each([
    ["a folder that is not there", "/nowhere/of/that/name", "ENOENT"],
    ["what is no folder", "/proc/self/stat/sexton", "ENOTDIR"],
  ])("says what is wrong with %s, and leaves nothing there", async (_, path, code) => {
    const said = await sexton("copy", path);
    expect(said).toMatchObject({ code: 1, out: "" });
    expect(said.err).toMatch(new RegExp(`^sexton: Cannot copy to ${path}: found ${code}\\. [A-Z].*\\.\n$`));
    expect(existsSync(path)).toBe(false);
  });

  test("has to be told where to", async () => {
    expect(await sexton("copy")).toMatchObject({ code: 2, err: expect.stringContaining("name a folder") });
    expect(await sexton("copy", "/a", "/b")).toMatchObject({ code: 2 });
  });
});
