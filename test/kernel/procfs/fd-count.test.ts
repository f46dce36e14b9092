import { describe, expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { readFdCount } from "#kernel/procfs/fd-count.ts";
import { denied, gone, type Read } from "#kernel/procfs/read.ts";
import { type ProcRoot, procRoot } from "#kernel/procfs/root.ts";

const proc = procRoot();

/** A kernel before 6.2, where the folder's size is 0. */
function oldKernel(names: Read<string[]>): ProcRoot {
  return { ...proc, size: () => 0, names: () => names };
}

describe("readFdCount()", () => {
  test("counts each file that this very process opens and closes", () => {
    const before = readFdCount(proc, process.pid) as number;
    const fds = Array.from({ length: 20 }, () => openSync("/dev/null", "r"));
    const during = readFdCount(proc, process.pid);
    for (const fd of fds) closeSync(fd);
    expect(during).toBe(before + 20);
    expect(readFdCount(proc, process.pid)).toBe(before);
  });

  test("lists the folder where its size says nothing", () => {
    expect(readFdCount(oldKernel(["0", "1", "2"]), 17)).toBe(3);
    expect(readFdCount(oldKernel([]), 17)).toBe(0);
  });

  test("passes on why the folder cannot be listed", () => {
    expect(readFdCount(oldKernel(denied), 17)).toBe(denied);
    expect(readFdCount(proc, 4_194_304)).toBe(gone);
  });
});
