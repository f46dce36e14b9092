import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readContent } from "#daemon/content/read.ts";
import { contentFolder } from "../../support/content-folder.ts";

setDefaultTimeout(60_000);
const folder = contentFolder();
afterAll(folder.remove);
const { path, write } = folder;

describe("the files of a reading", () => {
  const textOf = async (name: string) => {
    const [first] = (await readContent([path(name)])).files();
    return async () => new TextDecoder().decode(await first?.read());
  };

  test("show what the hash is of, as often as it is asked, and nothing else", async () => {
    const large = "x".repeat(1_000_000);
    write("again/a.conf", large);
    const text = await textOf("again");
    expect([await text(), await text()]).toEqual([large, large]);
    rewrite(path("again/a.conf"), `${large.slice(1)}y`);
    expect(await text().catch(String)).toBe(`Error: ${path("again/a.conf")} has changed since it was read`);
    rewrite(path("again/a.conf"), large);
    expect(await text()).toBe(large);
    for (const change of [
      () => writeFileSync(path("again/a.conf"), `${large}more`),
      () => writeFileSync(path("again/a.conf"), ""),
      () => rmSync(path("again/a.conf")),
      () => mkdirSync(path("again/a.conf")),
    ]) {
      change();
      expect(await text().catch(String)).toContain("has changed since it was read");
    }
  });

  test("60 MB are read again and again in the memory that there is", async () => {
    for (let index = 0; index < 60; index++) write(`much-again/${index}`, `${index}`.padEnd(1_000_000, "x"));
    const program = join(import.meta.dir, "../../programs/read-content.ts");
    const child = Bun.spawn([process.execPath, "--smol", program, path("much-again")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const output = child.stdout.getReader();
    const anon = () => Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024;
    let most = 0;
    for (let rescan = 0; rescan < 20; rescan++) {
      child.stdin.write("\n");
      void child.stdin.flush();
      await output.read();
      most = Math.max(most, anon());
    }
    child.kill("SIGKILL");
    await child.exited;
    expect(most).toBeLessThan(40);
  });
});

describe("more than is read", () => {
  const limits = { files: 5, bytes: 1000 };
  test.each([
    ["files", () => Array.from({ length: 8 }, (_, index) => write(`many/${index}`, `${index}`)), "many", 8],
    ["bytes", () => ["a", "b"].map((name) => write(`much/${name}`, "x".repeat(700))), "much", 2],
  ])("is told, and changes of the rest are still seen: %s", async (_, make, place, count) => {
    const paths = make();
    const { content, files } = await readContent([path(place)], undefined, limits);
    expect(content.files).toBe(count);
    expect(files().length).toBeLessThan(count);
    expect(content.problem).toContain("more than 5 files");
    const last = paths.at(-1) as string;
    const { size } = statSync(last);
    writeFileSync(last, "y".repeat(size));
    utimesSync(last, 1, 1);
    expect((await readContent([path(place)], undefined, limits)).content.hash).not.toBe(content.hash);
  });

  test("of what lies about its size is seen", async () => {
    const { content, files } = await readContent(["/proc/self/status"], undefined, { files: 1, bytes: 100 });
    expect([files().length, content.problem]).toEqual([0, expect.stringContaining("Cannot read all of it")]);
    const [version] = (await readContent(["/proc/version"])).files();
    const bytes = (await version?.read()) as Uint8Array;
    expect(new TextDecoder().decode(bytes)).toStartWith("Linux version");
    expect(version?.size).toBe(bytes.length);
  });

  test("a whole disk is told, and left alone after 30,000 entries", async () => {
    for (let index = 0; index < 31_000; index++) {
      if (index % 1_000 === 0) mkdirSync(path(`disk/${index / 1_000}`), { recursive: true });
      writeFileSync(path(`disk/${Math.floor(index / 1_000)}/${index}`), "");
    }
    const { content } = await readContent([path("disk")]);
    expect(content.files).toBeLessThan(30_000);
    expect(content.problem).toContain("there are more than 30000 entries");
  });

  test("600 files of 100 kB are read without holding the event loop", async () => {
    for (let index = 0; index < 600; index++) write(`large/${index % 10}/${index}`, `${index}`.padEnd(100_000, "x"));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const { content } = await readContent([path("large")]);
    clearInterval(timer);
    expect(content).toMatchObject({ files: 600, bytes: 60_000_000, problem: null });
    // Others had their turn after each 8 ms of the 60 or more.
    expect(turns).toBeGreaterThan(2);
  });
});

/** The same place, length and times, but another text. */
function rewrite(file: string, text: string): void {
  const { atime, mtime } = statSync(file);
  writeFileSync(file, text);
  utimesSync(file, atime, mtime);
}
