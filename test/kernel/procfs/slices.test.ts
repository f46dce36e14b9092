import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gone, isUnread } from "#kernel/procfs/read.ts";
import { procRoot, type Slices } from "#kernel/procfs/root.ts";

const top = mkdtempSync(join(tmpdir(), "sexton-slices-"));
afterAll(() => rmSync(top, { recursive: true }));
mkdirSync(join(top, "17"));
const long = Buffer.alloc(200_000, "abcdefghijklm");
writeFileSync(join(top, "17", "maps"), long);
writeFileSync(join(top, "17", "status"), "Name:\tapp\n");
writeFileSync(join(top, "17", "empty"), "");
const root = procRoot(top);
const limit = 1024 * 1024;
const descriptors = () => readdirSync("/proc/self/fd").length;

function slices(file: string, most = limit): Slices {
  const opened = root.slices(17, file, most);
  if (isUnread(opened)) throw new Error("unread");
  return opened;
}

const all = (opened: Slices) => [...{ [Symbol.iterator]: () => opened }];

test("slices are the file, in full, and closed at its end", () => {
  const before = descriptors();
  const found = all(slices("maps"));
  expect(found.map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, 3_392]);
  expect(Buffer.concat(found).equals(long)).toBe(true);
  expect(Buffer.concat(all(slices("status"))).toString()).toBe("Name:\tapp\n");
  expect(all(slices("empty"))).toEqual([]);
  expect(Buffer.concat(all(slices("maps", 100_000))).equals(long.subarray(0, 100_000))).toBe(true);
  expect(descriptors()).toBe(before);
});

test("what is given up is closed, and says no more than was read", () => {
  const before = descriptors();
  const opened = slices("maps");
  opened.next();
  expect(descriptors()).toBe(before + 1);
  opened.return?.();
  opened.return?.();
  expect(descriptors()).toBe(before);
  expect(all(opened).length).toBeLessThanOrEqual(1);
  expect(root.slices(18, "maps", limit)).toBe(gone);
});

test("a page at a time is how the kernel gives its own", () => {
  const own = procRoot().slices(process.pid, "maps", limit);
  if (isUnread(own)) throw new Error("unread");
  const found = all(own);
  const bytes = Buffer.concat(found);
  // A page in each of them would be a page's worth in 64 KiB.
  expect(found.length).toBe(Math.ceil(bytes.length / 65_536));
  const lines = bytes.toString().split("\n");
  expect(lines.length).toBeGreaterThan(50);
  expect(lines[0]).toBe(readFileSync("/proc/self/maps", "utf8").split("\n")[0] as string);
});
