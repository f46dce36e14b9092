import { afterAll, afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../support/atomic-writer.ts";
import { contentFolder } from "../../support/content-folder.ts";

setDefaultTimeout(60_000);
const folder = contentFolder();
afterAll(folder.remove);
const { path, write } = folder;
const isRoot = process.getuid?.() === 0;
const plain = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
chmodSync(path(), 0o755);

const children: Bun.Subprocess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
});

/** Reads as a user who is not root, with one memory. */
function reader(...paths: string[]) {
  const program = join(import.meta.dir, "../../programs/read-content.ts");
  const child = Bun.spawn([...plain, process.execPath, program, ...paths], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const output = child.stdout.getReader();
  return async (): Promise<{ hash: string; problem: string | null; read: number }> => {
    child.stdin.write("\n");
    void child.stdin.flush();
    const { value } = await output.read();
    return JSON.parse(new TextDecoder().decode(value));
  };
}

test("a file that may not be read any more is no change, and told; what it is when it may be again decides", async () => {
  const file = write("file/a.conf", "one");
  write("file/b.conf", "two");
  const read = reader(path("file"));
  const { hash, problem } = await read();
  expect(problem).toBeNull();
  chmodSync(file, 0);
  for (let rescan = 0; rescan < 2; rescan++) {
    const denied = await read();
    expect(denied).toMatchObject({ hash, read: 1 });
    expect(denied.problem).toContain(`Cannot read ${file}: UID`);
  }
  chmodSync(file, 0o644);
  expect(await read()).toEqual({ hash, problem: null, read: 2 });
  chmodSync(file, 0);
  expect((await read()).hash).toBe(hash);
  // The same length and time: only who reads it can tell.
  chmodSync(file, 0o644);
  writeFileSync(file, "ONE");
  utimesSync(file, 1, 1);
  chmodSync(file, 0);
  const written = await read();
  chmodSync(file, 0o644);
  const after = await read();
  expect(after.problem).toBeNull();
  expect(new Set([hash, written.hash, after.hash]).size).toBe(3);
});

test("another file in its place that may not be read is a change", async () => {
  const file = write("other/a.conf", "one");
  const read = reader(path("other"));
  const { hash } = await read();
  write("other/..new", "one");
  chmodSync(path("other/..new"), 0);
  renameSync(path("other/..new"), file);
  const replaced = await read();
  expect(replaced.hash).not.toBe(hash);
  expect((await read()).hash).toBe(replaced.hash);
  chmodSync(file, 0o644);
  expect((await read()).hash).toBe(hash);
});

test("what was never read is a change with another inode, size or time, and when it can be read", async () => {
  const file = write("never/a.conf", "one");
  chmodSync(file, 0);
  const read = reader(path("never"));
  const { hash, problem } = await read();
  expect(problem).toContain("UID");
  chmodSync(file, 0o200);
  expect((await read()).hash).toBe(hash);
  if (isRoot) {
    utimesSync(file, 1, 1);
    const touched = (await read()).hash;
    expect(touched).not.toBe(hash);
    chmodSync(file, 0o644);
    expect((await read()).hash).not.toBe(touched);
  }
});

test.each([
  ["listed", 0o311],
  ["entered", 0o644],
  ["either", 0],
])("a directory that may not be %s any more is what it was, with all below it", async (name, mode) => {
  const place = `directory-${name}`;
  for (const entry of ["a.conf", "in/b.conf", "in/deep/c.conf", "in-beside.conf"]) write(`${place}/${entry}`, entry);
  mkdirSync(path(`${place}/in/empty`));
  const read = reader(path(place));
  const { hash, problem } = await read();
  expect(problem).toBeNull();
  for (const closed of [`${place}/in`, `${place}/in/empty`, place]) {
    chmodSync(path(closed), mode);
    const denied = [await read(), await read()];
    chmodSync(path(closed), 0o755);
    expect(denied.map((each) => each.hash)).toEqual([hash, hash]);
    if (closed !== `${place}/in/empty` || name !== "entered") expect(denied[0]?.problem).toContain("UID");
    expect(await read()).toMatchObject({ hash, problem: null });
  }
});

test("of a ConfigMap volume what may not be read is a change with the next generation", async () => {
  const volume = path("volume");
  mkdirSync(volume);
  writeAtomically(volume, { "a.conf": "1" });
  const read = reader(volume);
  const { hash } = await read();
  chmodSync(`${volume}/..data/a.conf`, 0);
  expect((await read()).hash).toBe(hash);
  chmodSync(`${volume}/..data/`, 0);
  for (let rescan = 0; rescan < 3; rescan++) expect((await read()).hash).toBe(hash);
  chmodSync(`${volume}/..data/`, 0o755);
  writeAtomically(volume, { "a.conf": "2" });
  chmodSync(`${volume}/..data/a.conf`, 0);
  expect((await read()).hash).not.toBe(hash);
});
