import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readContent } from "#daemon/content/read.ts";
import { contentFolder } from "../../support/content-folder.ts";

setDefaultTimeout(60_000);
const folder = contentFolder();
afterAll(folder.remove);
const { path, write } = folder;
const read = async (...paths: string[]) => (await readContent(paths)).content;
const hash = async (...paths: string[]) => (await read(...paths)).hash;

describe("the hash", () => {
  const changes: readonly (readonly [string, (at: (name: string) => string) => void])[] = [
    ["another text of the same length and time", (at) => rewrite(at("a.conf"), "ONE")],
    ["a new file", (at) => writeFileSync(at("c.conf"), "")],
    ["a file that is gone", (at) => rmSync(at("a.conf"))],
    ["another name", (at) => renameSync(at("a.conf"), at("z.conf"))],
    ["two files that change places", (at) => swap(at("a.conf"), at("sub/b.conf"))],
    ["a hidden file", (at) => writeFileSync(at(".hidden"), "")],
    ["a link to a file elsewhere", (at) => symlinkSync("/etc/hostname", at("link"))],
    ["a file that became a directory", (at) => mkdir(removed(at("a.conf")))],
    ["what a link leads to", (at) => writeFileSync(at("../outside"), "other")],
  ];
  test.each(changes)("is another one for %s", async (name, change) => {
    const place = `changes/${Bun.hash(name)}/watched`;
    write(`${place}/a.conf`, "one");
    write(`${place}/sub/b.conf`, "two");
    write(`${place}/../outside`, "outside");
    symlinkSync("../outside", path(`${place}/outside-link`));
    const before = await hash(path(place));
    expect(await hash(path(place))).toBe(before);
    change((entry) => path(join(place, entry)));
    expect(await hash(path(place))).not.toBe(before);
  });

  const calm: readonly (readonly [string, (at: (name: string) => string) => void])[] = [
    ["other permissions", (at) => chmodSync(at("a.conf"), 0o600)],
    ["another time", (at) => utimesSync(at("a.conf"), 1, 1)],
    ["the same text in another inode", (at) => replace(at("a.conf"), "one")],
    ["a new directory with nothing in it", (at) => mkdirSync(at("empty/in/empty"), { recursive: true })],
    ["names that start with two dots", (at) => writeFileSync(at("..2026_tmp"), "x")],
    ["a link that leads to the same text by another way", (at) => relink(at("link"), at("sub/../a.conf"))],
  ];
  test.each(calm)("is the same for %s", async (name, change) => {
    const place = `calm/${Bun.hash(name)}`;
    write(`${place}/a.conf`, "one");
    write(`${place}/sub/b.conf`, "two");
    symlinkSync("a.conf", path(`${place}/link`));
    const before = await hash(path(place));
    change((entry) => path(join(place, entry)));
    expect(await hash(path(place))).toBe(before);
  });

  test("does not depend on where the directory is, but on which path of the watch it is", async () => {
    for (const place of ["here", "there"]) write(`${place}/a.conf`, "same");
    write("other/a.conf", "other");
    expect(await hash(path("here"))).toBe(await hash(path("there")));
    expect(await hash(path("here"), path("other"))).not.toBe(await hash(path("other"), path("here")));
  });

  test("does not depend on the order in which a filesystem lists what was made", async () => {
    // tmpfs lists the newest first, and of two ways to one directory the first counts.
    const top = mkdtempSync(`${existsSync("/dev/shm") ? "/dev/shm" : tmpdir()}/sexton-order-`);
    const make = { a: (at: string) => mkdir(`${at}/a`), b: (at: string) => symlinkSync("a", `${at}/b`) };
    for (const order of ["ab", "ba"] as const) {
      const at = mkdir(join(top, order));
      for (const name of order) make[name as "a" | "b"](at);
      writeFileSync(`${at}/a/file`, "text");
    }
    const hashes = [await hash(join(top, "ab")), await hash(join(top, "ba"))];
    rmSync(top, { recursive: true });
    expect(hashes[0]).toBe(hashes[1] as string);
  });

  test("of no two different contents is the same, also where names and texts run together", async () => {
    write("join/1/ab", "c");
    write("join/2/a", "bc");
    write("join/3/a", "");
    write("join/3/bc", "");
    const hashes = await Promise.all(["1", "2", "3"].map((name) => hash(path(`join/${name}`))));
    expect(new Set(hashes).size).toBe(3);
  });
});

describe("what is told beside the hash", () => {
  test("files, bytes, the newest change, and the bytes themselves", async () => {
    write("facts/a.conf", "12345");
    write("facts/sub/b.conf", "678");
    const { content, files } = await readContent([path("facts"), path("facts/a.conf")]);
    expect(content).toMatchObject({ files: 3, bytes: 13, generation: null, problem: null });
    expect(content.changedAt).toBe(
      Math.max(
        ...["facts", "facts/a.conf", "facts/sub", "facts/sub/b.conf"].map((name) => statSync(path(name)).ctimeMs),
      ),
    );
    const texts = await Promise.all(
      files().map(async ({ path, read }) => [path, new TextDecoder().decode(await read())] as const),
    );
    expect(texts.sort()).toEqual([
      [path("facts/a.conf"), "12345"],
      [path("facts/a.conf"), "12345"],
      [path("facts/sub/b.conf"), "678"],
    ]);
  });

  const problems: readonly (readonly [string, (name: string) => void, string | null])[] = [
    ["what is not there", () => {}, "there is nothing"],
    ["a link to nothing", (name) => symlinkSync("nowhere", path(name)), "leads to nothing"],
    ["a link to itself", (name) => symlinkSync(path(name), path(name)), "circle"],
    ["a FIFO", (name) => mkfifo(path(name)), "no file and no directory"],
    ["a FIFO behind a link", (name) => symlinkSync(mkfifo(path(`${name}-fifo`)), path(name)), "no file and no"],
    ["a file beneath a file", (name) => write(name.slice(0, -2), ""), "there is nothing"],
    ["a directory with a FIFO", (name) => mkfifo(join(mkdir(path(name)), "fifo")), null],
    ["a directory with a link to nothing", (name) => symlinkSync("x", join(mkdir(path(name)), "l")), null],
    ["a directory with a link to itself", (name) => symlinkSync(".", join(mkdir(path(name)), "l")), null],
  ];
  test.each(problems)("%s", async (name, make, words) => {
    const place = `${Bun.hash(name)}/x`;
    mkdirSync(path(".problems"), { recursive: true });
    const shown = name === "a file beneath a file" ? place : `.problems/${Bun.hash(name)}`;
    make(shown);
    const { problem } = await read(path(shown));
    if (words === null) expect(problem).toBeNull();
    else {
      expect(problem).toContain(words);
      expect(problem).toStartWith(`Cannot read ${path(shown)}`);
    }
  });

  test("nothing and an empty directory have one hash, an empty file and a link to nothing have others", async () => {
    const place = path("kinds/x");
    mkdirSync(path("kinds"));
    const nothing = await hash(place);
    mkdirSync(place);
    expect(await hash(place)).toBe(nothing);
    rmSync(place, { recursive: true });
    writeFileSync(place, "");
    const empty = await hash(place);
    rmSync(place);
    symlinkSync("nowhere", place);
    expect(new Set([nothing, empty, await hash(place)]).size).toBe(3);
  });

  test("links that lead round in circles end, with each directory once", async () => {
    for (const name of ["a", "b", "c"]) {
      write(`maze/${name}/file`, name);
      for (const other of ["a", "b", "c"]) symlinkSync(`../${other}`, path(`maze/${name}/to-${other}`));
    }
    expect(await read(path("maze"))).toMatchObject({ files: 3, problem: null });
  });
});

/** The same place, length and times, but another text. */
function rewrite(file: string, text: string): void {
  const { atime, mtime } = statSync(file);
  writeFileSync(file, text);
  utimesSync(file, atime, mtime);
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}..new`, text);
  renameSync(`${file}..new`, file);
}

function swap(one: string, other: string): void {
  renameSync(one, `${one}.tmp`);
  renameSync(other, one);
  renameSync(`${one}.tmp`, other);
}

function relink(link: string, target: string): void {
  rmSync(link);
  symlinkSync(target, link);
}

function mkfifo(name: string): string {
  expect(Bun.spawnSync(["mkfifo", name]).exitCode).toBe(0);
  return name;
}

function mkdir(name: string): string {
  mkdirSync(name);
  return name;
}

function removed(name: string): string {
  rmSync(name);
  return name;
}
