import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keepFiles } from "#daemon/access/kept-file.ts";

const top = mkdtempSync("/tmp/kept-file-");
afterAll(() => rmSync(top, { recursive: true, force: true }));
let count = 0;
const folder = () => {
  const path = join(top, `${count++}`);
  mkdirSync(path);
  return path;
};

/** What is used must begin with "good". */
const good = ([text = ""]: readonly string[]) => {
  if (!text.startsWith("good")) throw new Error("it is not good");
  return text;
};

describe("keepFiles()", () => {
  test("reads again what was written in place, replaced, or is another length", () => {
    const path = join(folder(), "tokens");
    writeFileSync(path, "good 1");
    const files = keepFiles("the file", [path], good);
    expect([files.current(), files.look(), files.problem()]).toEqual(["good 1", false, null]);
    writeFileSync(path, "good 2");
    expect([files.look(), files.current()]).toEqual([true, "good 2"]);
    writeFileSync(`${path}.new`, "good 3");
    renameSync(`${path}.new`, path);
    expect([files.look(), files.current()]).toEqual([true, "good 3"]);
    expect(files.look()).toBe(false);
  });

  test("follows the swap of ..data, as the kubelet makes it", () => {
    const volume = folder();
    const generation = (name: string, text: string) => {
      mkdirSync(join(volume, name));
      writeFileSync(join(volume, name, "tokens"), text);
      symlinkSync(name, join(volume, "..data_tmp"));
      renameSync(join(volume, "..data_tmp"), join(volume, "..data"));
    };
    generation("..1", "good 1");
    symlinkSync("..data/tokens", join(volume, "tokens"));
    const files = keepFiles("the file", [join(volume, "tokens")], good);
    generation("..2", "good 2");
    rmSync(join(volume, "..1"), { recursive: true });
    expect([files.look(), files.current()]).toEqual([true, "good 2"]);
  });

  test("keeps what it had when the file is bad or gone, says so, and takes the next good one", () => {
    const path = join(folder(), "tokens");
    writeFileSync(path, "good 1");
    const files = keepFiles("the file", [path], good);
    writeFileSync(path, "bad");
    expect([files.look(), files.current()]).toEqual([false, "good 1"]);
    expect(files.problem()).toBe(`Cannot use the file ${path}: it is not good. The one before stays in use`);
    rmSync(path);
    expect([files.look(), files.current()]).toEqual([false, "good 1"]);
    expect(files.problem()).toContain("there is no file");
    writeFileSync(path, "good 2");
    expect([files.look(), files.current(), files.problem()]).toEqual([true, "good 2", null]);
  });

  test("takes the old content again after a bad one", () => {
    const path = join(folder(), "tokens");
    writeFileSync(path, "good 1");
    const files = keepFiles("the file", [path], good);
    writeFileSync(path, "bad");
    files.look();
    writeFileSync(path, "good 1");
    files.look();
    expect([files.current(), files.problem()]).toEqual(["good 1", null]);
  });

  const loop = (path: string) => {
    rmSync(path);
    symlinkSync(path, path);
  };
  const isRoot = process.getuid?.() === 0;

  test("a look survives what cannot be looked at, and says so until it can be again", () => {
    const path = join(folder(), "tokens");
    writeFileSync(path, "good 1");
    const files = keepFiles("the file", [path], good);
    loop(path);
    for (const _ of [1, 2]) expect([files.look(), files.current()]).toEqual([false, "good 1"]);
    expect(files.problem()).toBe(`Cannot use the file ${path}: ${path}: ELOOP. The one before stays in use`);
    rmSync(path);
    writeFileSync(path, "good 2");
    expect([files.look(), files.current(), files.problem()]).toEqual([true, "good 2", null]);
  });

  test("so it does where the way to the file is closed to its user", () => {
    const parent = folder();
    chmodSync(top, 0o755);
    const path = join(parent, "tokens");
    writeFileSync(path, "good 1");
    const files = keepFiles("the file", [path], good);
    chmodSync(parent, 0o600);
    // Root is let in everywhere.
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect([files.look(), files.current()]).toEqual([false, "good 1"]);
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(parent, 0o700);
    }
    expect(files.problem()).toContain(`${path} may not be read by the user that sexton runs as`);
    expect([files.look(), files.current(), files.problem()]).toEqual([false, "good 1", null]);
  });

  test("throws at the first time, with a sentence", () => {
    const path = join(folder(), "tokens");
    expect(() => keepFiles("the file", [path], good)).toThrow(`Cannot use the file ${path}: there is no file ${path}`);
    symlinkSync(path, path);
    expect(() => keepFiles("the file", [path], good)).toThrow(`Cannot use the file ${path}: ${path}: ELOOP`);
    rmSync(path);
    mkdirSync(path);
    expect(() => keepFiles("the file", [path], good)).toThrow(`${path} is no file`);
    rmSync(path, { recursive: true });
    writeFileSync(path, "good".repeat(400_000));
    expect(() => keepFiles("the file", [path], good)).toThrow("larger than");
  });

  test("two files that belong together are taken when both have changed", () => {
    const [cert, key] = [join(folder(), "cert"), join(folder(), "key")];
    const write = (path: string, text: string) => writeFileSync(path, text);
    write(cert, "1");
    write(key, "1");
    const files = keepFiles("the pair", [cert, key], (texts) => {
      if (texts[0] !== texts[1]) throw new Error("they do not fit");
      return texts.join("+");
    });
    write(cert, "2");
    expect([files.look(), files.current()]).toEqual([false, "1+1"]);
    write(key, "2");
    expect([files.look(), files.current(), files.problem()]).toEqual([true, "2+2", null]);
  });
});
