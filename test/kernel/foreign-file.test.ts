import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCgroupFile, readForeignFile } from "#kernel/foreign-file.ts";

const folder = mkdtempSync(join(tmpdir(), "sexton-foreign-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);

describe("readForeignFile()", () => {
  test("reads the start of a regular file, and when it was written", () => {
    writeFileSync(path("file"), "12345678\n");
    const { text, modifiedAt, uid } = readForeignFile(path("file"), 4);
    expect(uid).toBe(process.getuid?.() as number);
    expect(text).toBe("1234");
    expect(Math.abs(Date.now() - modifiedAt)).toBeLessThan(60_000);
  });

  test("does not block on a FIFO that nobody writes to", () => {
    expect(Bun.spawnSync(["mkfifo", path("fifo")]).exitCode).toBe(0);
    expect(() => readForeignFile(path("fifo"), 4)).toThrow("no regular file");
    expect(readCgroupFile(path("fifo"))).toBeNull();
  });

  test("follows no symbolic link, and opens no folder or device", () => {
    symlinkSync("/etc/passwd", path("link"));
    mkdirSync(path("folder"));
    for (const name of ["link", "folder"]) expect(() => readForeignFile(path(name), 4)).toThrow("no regular file");
    expect(() => readForeignFile("/dev/zero", 4)).toThrow("no regular file");
    expect(() => readForeignFile(path("absent"), 4)).toThrow("ENOENT");
  });
});

describe("readCgroupFile()", () => {
  test("reads the cgroup filesystem and nothing else", () => {
    writeFileSync(path("pids.max"), "17\n");
    expect(readCgroupFile(path("pids.max"))).toBeNull();
    const places = [
      "/sys/fs/cgroup/cgroup.procs",
      "/sys/fs/cgroup/unified/cgroup.procs",
      "/sys/fs/cgroup/pids/cgroup.procs",
    ];
    expect(places.some((place) => readCgroupFile(place) !== null)).toBe(true);
  });
});
