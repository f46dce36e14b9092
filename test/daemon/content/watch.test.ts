import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { libc } from "#kernel/libc.ts";
import { contentFolder, countedWatch, relink, replace } from "../../support/content-folder.ts";

setDefaultTimeout(60_000);
const folder = contentFolder();
afterAll(folder.remove);
const { path } = folder;
let places = 0;

type At = (name: string) => string;
type Change = readonly [what: string, change: (at: At) => unknown];

/** `conf.d` with two files and a directory; `current` leads to it; `app.conf` is a file; `missing` is not there. */
function place(): At {
  const name = `${places++}`;
  for (const file of ["conf.d/a.conf", "conf.d/sub/b.conf", "app.conf", "next.d/a.conf", "other"])
    folder.write(`${name}/${file}`, file);
  symlinkSync("conf.d", path(`${name}/current`));
  symlinkSync("app.conf", path(`${name}/app-link`));
  symlinkSync("../other", path(`${name}/conf.d/other-link`));
  return (entry) => path(join(name, entry));
}

/** Each is made twice in other places, so that what a first change does to the watches shows at the second. */
function noticed(watched: readonly string[], changes: readonly Change[]): void {
  test.each(changes)("%s", async (_, change) => {
    const at = place();
    const watch = countedWatch(watched.map(at));
    expect([watch.mechanism(), watch.problem()]).toEqual(["inotify", null]);
    await watch.noticed("a notice of the change", () => change(at));
    // And nothing was lost of what comes after it.
    const last = watched.includes("missing") ? at("missing") : at(watched[0] as string);
    rmSync(last, { recursive: true, force: true });
    await watch.noticed("a notice of what comes back", () => writeFileSync(last, "back"));
    await watch.noticed("a notice of its change", () => appendFileSync(last, "again"));
    expect(watch.errors()).toBe(0);
    watch.stop();
  });
}

function unnoticed(watched: readonly string[], changes: readonly Change[]): void {
  test.each(changes)("%s", async (_, change) => {
    const at = place();
    const watch = countedWatch(watched.map(at));
    expect(await watch.unnoticed(() => change(at))).toBe(0);
    watch.stop();
  });
}

const inPlace: readonly Change[] = [
  ["written in place", (at) => writeFileSync(at("conf.d/a.conf"), "new")],
  ["written in place, and not closed", (at) => appendFileSync(at("conf.d/a.conf"), "new")],
  ["cut by truncate(2)", (at) => truncateSync(at("conf.d/a.conf"), 1)],
  ["written beside and renamed", (at) => replace(at("conf.d/a.conf"), at("conf.d/..tmp"))],
  ["written beside in another directory and renamed", (at) => replace(at("conf.d/a.conf"), at("tmp"))],
  ["renamed to a backup and written anew", (at) => backup(at("conf.d/a.conf"))],
];

describe.skipIf(libc === null)("what is noticed of a directory", () => {
  noticed(
    ["conf.d"],
    [
      ...inPlace,
      ["a new file", (at) => writeFileSync(at("conf.d/new.conf"), "")],
      ["a file that is gone", (at) => rmSync(at("conf.d/a.conf"))],
      ["a file deeper", (at) => appendFileSync(at("conf.d/sub/b.conf"), "x")],
      ["a file in new directories", (at) => folder.write(at("conf.d/1/2/3/new.conf").slice(path().length), "")],
      ["a directory that is gone", (at) => rmSync(at("conf.d/sub"), { recursive: true })],
      ["a directory that is moved in", (at) => renameSync(at("next.d"), at("conf.d/next"))],
      ["a directory that is moved out", (at) => renameSync(at("conf.d/sub"), at("sub"))],
      ["a link in it that leads elsewhere", (at) => relink(at("conf.d/other-link"), "../app.conf")],
      ["what a link in it leads to", (at) => appendFileSync(at("other"), "x")],
      ["what a link in it leads to, replaced", (at) => replace(at("other"), at("tmp"))],
      ["itself gone", (at) => rmSync(at("conf.d"), { recursive: true })],
      ["itself replaced", (at) => swap(at("conf.d"), at("next.d"))],
      [
        "the directory above renamed",
        (at) => {
          renameSync(at(""), `${at("")}-away`);
          mkdirSync(at(""));
        },
      ],
    ],
  );

  test("the directory above it renamed, where no link is looked at in that", async () => {
    const at = place();
    const watch = countedWatch([at("conf.d/sub")]);
    await watch.noticed("it is gone", () => renameSync(at("conf.d"), at("away")));
    await watch.noticed("it is back", () => renameSync(at("away"), at("conf.d")));
    await watch.noticed("its change", () => appendFileSync(at("conf.d/sub/b.conf"), "x"));
    watch.stop();
  });

  test("a file in a directory that was made since", async () => {
    const at = place();
    const watch = countedWatch([at("conf.d")]);
    await watch.noticed("the directory", () => mkdirSync(at("conf.d/new")));
    await watch.noticed("the file", () => writeFileSync(at("conf.d/new/file"), ""));
    await watch.noticed("its change", () => appendFileSync(at("conf.d/new/file"), "x"));
    watch.stop();
  });
});

describe.skipIf(libc === null)("what is noticed of a single file", () => {
  noticed(
    ["app.conf"],
    [
      ["written in place", (at) => writeFileSync(at("app.conf"), "new")],
      ["cut by truncate(2)", (at) => truncateSync(at("app.conf"), 1)],
      ["written beside and renamed", (at) => replace(at("app.conf"), at("tmp"))],
      ["renamed to a backup and written anew", (at) => backup(at("app.conf"))],
      ["gone", (at) => rmSync(at("app.conf"))],
    ],
  );
});

describe.skipIf(libc === null)("what is noticed of links", () => {
  noticed(
    ["current/a.conf"],
    [
      ["the directory before it leads elsewhere", (at) => relink(at("current"), "next.d")],
      ["the directory that it leads to is replaced", (at) => swap(at("conf.d"), at("next.d"))],
      ["the file itself", (at) => appendFileSync(at("conf.d/a.conf"), "x")],
      ["the file itself, replaced", (at) => replace(at("conf.d/a.conf"), at("tmp"))],
    ],
  );
  noticed(
    ["app-link"],
    [
      ["leads elsewhere", (at) => relink(at("app-link"), "other")],
      ["is replaced by a file", (at) => replace(at("app-link"), at("tmp"))],
      ["leads to what is written in place", (at) => appendFileSync(at("app.conf"), "x")],
      ["leads to what is replaced", (at) => replace(at("app.conf"), at("tmp"))],
      ["leads to what is gone", (at) => rmSync(at("app.conf"))],
    ],
  );
});

describe.skipIf(libc === null)("what is noticed of a path that is not there", () => {
  noticed(
    ["missing"],
    [
      ["a file", (at) => writeFileSync(at("missing"), "")],
      ["a directory", (at) => mkdirSync(at("missing"))],
      ["a link", (at) => symlinkSync("other", at("missing"))],
      ["a directory that is moved there", (at) => renameSync(at("conf.d"), at("missing"))],
    ],
  );

  test("three directories deep, step by step and all at once", async () => {
    const at = place();
    const watch = countedWatch([at("x/y/z/file")]);
    for (const name of ["x", "x/y", "x/y/z"]) await watch.noticed(name, () => mkdirSync(at(name)));
    await watch.noticed("the file", () => writeFileSync(at("x/y/z/file"), ""));
    await watch.noticed("its end", () => rmSync(at("x"), { recursive: true }));
    await watch.noticed("all of it", () => folder.write(at("x/y/z/file").slice(path().length), "1"));
    await watch.noticed("its change", () => appendFileSync(at("x/y/z/file"), "x"));
    watch.stop();
  });
});

describe.skipIf(libc === null)("what is no change", () => {
  unnoticed(
    ["conf.d", "app.conf", "missing", "current/sub/b.conf", "app-link"],
    [
      [
        "other permissions, again and again",
        (at) => many(at, (name, index) => chmodSync(name, index % 2 ? 0o600 : 0o644)),
      ],
      ["another time", (at) => many(at, (name) => utimesSync(name, 1, 1))],
      ["being read", (at) => many(at, (name) => readFileSync(name))],
      ["being listed", (at) => readdirSync(at("conf.d"))],
      [
        "names of two dots",
        (at) => mkdirSync(folder.write(at("conf.d/..x").slice(path().length), "").replace(/x$/, "y")),
      ],
      ["other files beside a single one", (at) => rmSync(folder.write(at("beside").slice(path().length), ""))],
      ["what a file was before its link led elsewhere", (at) => appendFileSync(at("next.d/a.conf"), "x")],
    ],
  );

  test("what a link led to before, and where it leads nowhere", async () => {
    const at = place();
    const watch = countedWatch([at("current")]);
    await watch.noticed("the other target", () => relink(at("current"), "next.d"));
    expect(await watch.unnoticed(() => appendFileSync(at("conf.d/a.conf"), "x"))).toBe(0);
    await watch.noticed("no target", () => relink(at("current"), "nowhere"));
    expect(await watch.unnoticed(() => appendFileSync(at("next.d/a.conf"), "x"))).toBe(0);
    await watch.noticed("its target", () => mkdirSync(at("nowhere")));
    await watch.noticed("what is in it", () => writeFileSync(at("nowhere/a"), "x"));
    watch.stop();
  });
});

function backup(file: string): void {
  renameSync(file, `${file}~`);
  writeFileSync(file, "new");
}

function swap(one: string, other: string): void {
  renameSync(one, `${one}..away`);
  renameSync(other, one);
}

function many(at: At, act: (name: string, index: number) => unknown): void {
  for (let index = 0; index < 100; index++)
    for (const name of ["conf.d/a.conf", "conf.d/sub/b.conf", "app.conf"]) act(at(name), index);
}
