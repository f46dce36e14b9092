import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { readContent } from "#daemon/content/read.ts";
import { watchContent } from "#daemon/content/watch.ts";
import { type Order, writeAtomically } from "../../support/atomic-writer.ts";
import { contentFolder } from "../../support/content-folder.ts";
import { keysOf } from "../../support/generations.ts";
import { eventually } from "../../support/poll.ts";

setDefaultTimeout(120_000);
const folder = contentFolder();
afterAll(folder.remove);

function volumeOf(name: string): string {
  mkdirSync(folder.path(name));
  return folder.path(name);
}

const textsOf = (files: Awaited<ReturnType<typeof readContent>>["files"]) =>
  new Set(files().map(({ bytes }) => new TextDecoder().decode(bytes).split("\n")[0]));

describe("a ConfigMap volume", () => {
  test("is what `..data` leads to, with its generation and the time of its link", async () => {
    const volume = volumeOf("plain");
    const generation = writeAtomically(volume, { "a.conf": "1", "sub/b.conf": "2" });
    const linkedAt = lstatSync(`${volume}/..data`).ctimeMs;
    // As fsGroup does, at any time: it says nothing of when the content came.
    await eventually("a later moment", () => Date.now() > linkedAt + 20);
    chmodSync(`${volume}/..data/a.conf`, 0o600);
    const { content, files } = await readContent([volume]);
    expect(content).toMatchObject({ files: 2, bytes: 2, generation, problem: null });
    expect(content.changedAt).toBe(linkedAt);
    expect(
      files()
        .map(({ path }) => path)
        .sort(),
    ).toEqual([`${volume}/a.conf`, `${volume}/sub/b.conf`]);
  });

  test("has the hash of a plain directory with the same files, and a key of it that of a plain file", async () => {
    const volume = volumeOf("alike");
    const generation = writeAtomically(volume, { "a.conf": "1", "sub/b.conf": "2" });
    folder.write("alike-plain/a.conf", "1");
    folder.write("alike-plain/sub/b.conf", "2");
    const hash = async (path: string) => (await readContent([path])).content.hash;
    expect(await hash(volume)).toBe(await hash(folder.path("alike-plain")));
    expect(await hash(`${volume}/a.conf`)).toBe(await hash(folder.path("alike-plain/a.conf")));
    expect((await readContent([`${volume}/sub/b.conf`])).content.generation).toBe(generation);
  });

  test("whose `..data` leads to nothing is no empty one", async () => {
    const volume = volumeOf("broken");
    const generation = writeAtomically(volume, { "a.conf": "1" });
    const whole = (await readContent([volume])).content.hash;
    rmSync(`${volume}/${generation}`, { recursive: true });
    const { content } = await readContent([volume]);
    mkdirSync(folder.path("broken-empty"));
    expect([whole, (await readContent([folder.path("broken-empty")])).content.hash]).not.toContain(content.hash);
  });
});

/** Another process, so that it writes at whatever moment of a read. */
function writer(...words: (string | number)[]): Bun.Subprocess {
  const program = join(import.meta.dir, "../../programs/write-volume.ts");
  return Bun.spawn([process.execPath, program, ...words.map(String)], { stdio: ["ignore", "ignore", "inherit"] });
}

describe("written by swaps while it is read", () => {
  const orders: readonly Order[] = ["keys-first", "keys-last"];
  const rates = [
    [1, 2],
    [10, 20],
    [100, 200],
    [1_000, 1_000],
  ] as const;
  test.each(orders.flatMap((order) => rates.map(([rate, swaps]) => [order, rate, swaps] as const)))(
    "%s, %i a second: each hash is of one generation, and the last is always seen",
    async (order, rate, swaps) => {
      const volume = volumeOf(`${order}-${rate}`);
      writeAtomically(volume, keysOf(0), order);
      const paths = [volume, `${volume}/key-3.conf`];
      const generations = new Map<string, string>();
      const wrong: string[] = [];
      let last = "";
      /** What the last notice led to is the end, unless another one comes. */
      let [isDue, isRunning] = [true, false];
      const watch = watchContent(paths, () => {
        isDue = true;
      });
      const child = writer(volume, order, swaps, rate);
      const look = async () => {
        isDue = false;
        isRunning = true;
        const { content, files } = await watch.reading(() => readContent(paths));
        const texts = [...textsOf(files)].join();
        const known = generations.get(content.hash);
        if (content.files !== 13 || content.problem !== null || !/^generation \d+$/.test(texts))
          wrong.push(`${content.files} of ${texts}: ${content.problem}`);
        if (known !== undefined && known !== texts) wrong.push(`${known} and ${texts} have one hash`);
        generations.set(content.hash, texts);
        last = texts;
        isRunning = false;
      };
      // At the most awkward moments: all the time.
      while (child.exitCode === null && generations.size < swaps / 2) {
        await look();
        await Bun.sleep(0);
      }
      // Then only when it is told. A busy machine takes its time to write them all.
      const seesLast = async () => {
        if (isDue && !isRunning) await look();
        return last === `generation ${swaps}`;
      };
      await eventually(`generation ${swaps}`, seesLast, 60_000);
      await child.exited;
      expect(wrong).toEqual([]);
      expect(watch.errors()).toBe(0);
      expect(new Set(generations.values()).size).toBe(generations.size);
      watch.stop();
    },
  );

  test("a link of one's own that is made to lead elsewhere, as git-sync does", async () => {
    for (const name of ["one", "two"])
      for (let index = 0; index < 30; index++) folder.write(`git/${name}/${index}`, `generation ${name}`);
    symlinkSync("one", folder.path("git/current"));
    const child = writer(folder.path("git/current"), "one,two", 1_000, 1_000);
    const wrong: string[] = [];
    while (child.exitCode === null) {
      const { content, files } = await readContent([folder.path("git/current")]);
      const texts = [...textsOf(files)].join();
      if (!/^generation (one|two)$/.test(texts) || content.problem !== null || content.files !== 30) wrong.push(texts);
      await Bun.sleep(0);
    }
    expect(wrong).toEqual([]);
  });

  test("a link that never rests is told, and shows nothing", async () => {
    for (const name of ["one", "two"])
      for (let index = 0; index < 200; index++) folder.write(`mad/${name}/${index}`, name.repeat(50_000));
    symlinkSync("one", folder.path("mad/current"));
    const child = writer(folder.path("mad/current"), "one,two", 100_000, 500);
    await eventually("the writer", () => readlinkSync(folder.path("mad/current")) !== "one");
    const { content, files } = await readContent([folder.path("mad/current")]);
    child.kill("SIGKILL");
    await child.exited;
    expect(content.problem).toContain("it led elsewhere each of the");
    expect(files()).toEqual([]);
  });
});
