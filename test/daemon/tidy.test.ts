import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTidy, type Tidy } from "#daemon/tidy.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { eventually } from "../support/poll.ts";

let folder = "";
let looks = 0;
let shrunk: number[] = [];
let pages = 0;
let tidy: Tidy | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sexton-tidy-"));
  mkdirSync(join(folder, "self"));
  [looks, shrunk] = [0, []];
});
afterEach(() => {
  tidy?.stop();
  rmSync(folder, { recursive: true });
});

const holds = (privatePages: number) => {
  pages = privatePages;
  writeFileSync(join(folder, "self", "statm"), `9999 ${privatePages + 500} 500 9 0 9 0\n`);
};
const moreLooks = (count: number) => {
  const until = looks + count;
  return eventually("some looks", () => looks >= until);
};

/** With a share of a core that this process is always below, or always above. */
function start(quiet: number, mostPages = 100_000, cpuMs?: () => number): void {
  const root = procRoot(folder);
  const counting = {
    ...root,
    readText(...given: Parameters<typeof root.readText>) {
      looks++;
      return root.readText(...given);
    },
  };
  const shrink = () => void shrunk.push(pages);
  tidy = createTidy(counting, {
    firstMs: 5,
    everyMs: 5,
    worthBytes: 100 * 4096,
    quiet,
    mostBytes: mostPages * 4096,
    shrink,
    ...(cpuMs && { cpuMs }),
  });
  tidy.start();
}

test("gives back what the start has left, and then what a burst leaves, once for each", async () => {
  holds(1_000);
  start(1_000);
  await eventually("the first", () => shrunk.length === 1);
  holds(1_050);
  await moreLooks(5);
  expect(shrunk).toEqual([1_000]);

  holds(1_200);
  await eventually("the second", () => shrunk.length === 2);
  holds(1_080);
  await moreLooks(5);
  expect(shrunk).toEqual([1_000, 1_200]);
});

test("does not do so again and again where nothing comes back", async () => {
  holds(1_000);
  start(1_000);
  await moreLooks(3);
  holds(1_500);
  await eventually("the second", () => shrunk.length === 2);
  await moreLooks(10);
  expect(shrunk).toEqual([1_000, 1_500]);
});

test("leaves alone who works", async () => {
  holds(1_000);
  start(0);
  await eventually("the first", () => shrunk.length === 1);
  holds(5_000);
  const startedAt = performance.now();
  await eventually("some time to pass", () => performance.now() - startedAt > 200);
  expect(shrunk).toEqual([1_000]);
});

test("does so to who works too when it becomes too much, and then only when it has become half as much again", async () => {
  holds(1_000);
  start(0, 4_000);
  await eventually("the first", () => shrunk.length === 1);
  holds(3_900);
  await moreLooks(5);
  expect(shrunk).toEqual([1_000]);
  holds(5_000);
  await eventually("the second", () => shrunk.length === 2);
  // Nothing has come back.
  holds(7_400);
  await moreLooks(5);
  expect(shrunk).toEqual([1_000, 5_000]);
  holds(7_600);
  await eventually("the third", () => shrunk.length === 3);
});

test("gives back what the work since the start has left, though nobody knows what is needed without", async () => {
  holds(1_000);
  let isBusy = true;
  start(0.5, 100_000, () => (isBusy ? performance.now() : 0));
  await eventually("the first", () => shrunk.length === 1);
  holds(5_000);
  await moreLooks(5);
  expect(shrunk).toEqual([1_000]);
  isBusy = false;
  await eventually("what it has left to go", () => shrunk.length === 2);
  await moreLooks(5);
  expect(shrunk).toEqual([1_000, 5_000]);
});
