import { describe, expect, test } from "bun:test";
import { type ProcIo, parseIo, readIo } from "#kernel/procfs/io.ts";
import { gone } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";

const captured = procRoot("test/fixtures/proc/nginx-under-shell");

describe("parseIo()", () => {
  test("tells what went through system calls from what went to storage", () => {
    const text = "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\ncancelled_write_bytes: 7\n";
    expect(parseIo(text)).toEqual({
      readBytes: 1,
      writtenBytes: 2,
      readCalls: 3,
      writeCalls: 4,
      storageReadBytes: 5,
      storageWrittenBytes: 6,
    });
  });

  test.each(["", "garbage", "rchar:", "rchar: x", "rchar 1"])("gives null for what is not there: %j", (text) => {
    expect(Object.values(parseIo(text))).toEqual([null, null, null, null, null, null]);
  });
});

describe("readIo()", () => {
  test("reads the captured process", () => {
    expect(readIo(captured, 2)).toMatchObject({ readBytes: 23_141, writtenBytes: 2, storageReadBytes: 659_456 });
  });

  test("sees this very process read", () => {
    const before = (readIo(procRoot(), process.pid) as ProcIo).readCalls ?? 0;
    for (let index = 0; index < 100; index++) procRoot().read("self", "status");
    expect((readIo(procRoot(), process.pid) as ProcIo).readCalls).toBeGreaterThanOrEqual(before + 100);
  });

  test("says gone for a pid that is not there", () => {
    expect(readIo(captured, 4_194_303)).toBe(gone);
  });
});
