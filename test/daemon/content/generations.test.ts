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

/** Of a plain directory with the same keys, which is never written while it is read. */
async function hashOf(keys: Readonly<Record<string, string>>): Promise<string> {
  const plain = folder.path("plain-keys");
  rmSync(plain, { recursive: true, force: true });
  for (const [key, text] of Object.entries(keys)) folder.write(`plain-keys/${key}`, text);
  return (await readContent([plain, `${plain}/key-3.conf`])).content.hash;
}

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
      const lastHash = await hashOf(keysOf(swaps));
      const seen = new Set<string>();
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
        const { files, problem, hash } = (await watch.reading(() => readContent(paths))).content;
        if (files !== 13 || problem !== null) wrong.push(`${files} files: ${problem}`);
        seen.add(hash);
        last = hash;
        isRunning = false;
      };
      // At the most awkward moments: all the time.
      while (child.exitCode === null && seen.size < swaps / 2) {
        await look();
        await Bun.sleep(0);
      }
      // Then only when it is told. A busy machine takes its time to write them all.
      const seesLast = async () => {
        if (isDue && !isRunning) await look();
        return last === lastHash;
      };
      await eventually(`generation ${swaps}`, seesLast, 60_000);
      await child.exited;
      expect(wrong).toEqual([]);
      expect(watch.errors()).toBe(0);
      watch.stop();
      for (let generation = 0; generation <= swaps && seen.size > 0; generation++)
        seen.delete(await hashOf(keysOf(generation)));
      expect(seen.size).toBe(0);
    },
  );

  test("a link of one's own that is made to lead elsewhere, as git-sync does", async () => {
    for (const name of ["one", "two"])
      for (let index = 0; index < 30; index++) folder.write(`git/${name}/${index}`, `generation ${name}`);
    symlinkSync("one", folder.path("git/current"));
    const child = writer(folder.path("git/current"), "one,two", 1_000, 1_000);
    const seen = new Set<string>();
    while (child.exitCode === null) {
      const { hash, problem } = (await readContent([folder.path("git/current")])).content;
      seen.add(problem ?? hash);
      await Bun.sleep(0);
    }
    for (const name of ["one", "two"]) seen.delete((await readContent([folder.path(`git/${name}`)])).content.hash);
    expect([...seen]).toEqual([]);
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
