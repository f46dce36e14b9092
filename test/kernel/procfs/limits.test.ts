import { describe, expect, test } from "bun:test";
import { type Limit, parseLimits, readLimits } from "#kernel/procfs/limits.ts";
import { gone } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";

const captured = procRoot("test/fixtures/proc/nginx-under-shell");

describe("parseLimits()", () => {
  test("knows unlimited from a number, and a limit without a unit", () => {
    const text = [
      "Limit                     Soft Limit           Hard Limit           Units     ",
      "Max cpu time              unlimited            unlimited            seconds   ",
      "Max stack size            8388608              unlimited            bytes     ",
      "Max nice priority         0                    0                    ",
      "",
    ].join("\n");
    expect([...parseLimits(text)]).toEqual([
      ["Max cpu time", { soft: null, hard: null, unit: "seconds" }],
      ["Max stack size", { soft: 8_388_608, hard: null, unit: "bytes" }],
      ["Max nice priority", { soft: 0, hard: 0, unit: null }],
    ]);
  });

  test("reads the largest number that the kernel writes", () => {
    const line = "Max locked memory         18446744073709551614 18446744073709551614 bytes     ";
    expect(parseLimits(line).get("Max locked memory")?.soft).toBeCloseTo(2 ** 64, -4);
  });

  test.each(["", "\n", "Max", "Max open files", "Max open files many few files", "Min open files 1 2 files"])(
    "finds no limit in %j",
    (text) => {
      expect(parseLimits(text).size).toBe(0);
    },
  );
});

describe("readLimits()", () => {
  test("reads all sixteen captured limits", () => {
    const limits = readLimits(captured, 2) as Map<string, Limit>;
    expect([...limits.keys()]).toEqual([
      "Max cpu time",
      "Max file size",
      "Max data size",
      "Max stack size",
      "Max core file size",
      "Max resident set",
      "Max processes",
      "Max open files",
      "Max locked memory",
      "Max address space",
      "Max file locks",
      "Max pending signals",
      "Max msgqueue size",
      "Max nice priority",
      "Max realtime priority",
      "Max realtime timeout",
    ]);
    expect(limits.get("Max open files")).toEqual({ soft: 20_000, hard: 20_000, unit: "files" });
    expect(limits.get("Max realtime timeout")).toEqual({ soft: null, hard: null, unit: "us" });
  });

  test("reads as many limits of this very process", () => {
    const limits = readLimits(procRoot(), process.pid) as Map<string, Limit>;
    expect(limits.size).toBeGreaterThanOrEqual(16);
    expect(limits.get("Max open files")?.soft).toBeGreaterThan(0);
  });

  test("says gone for a pid that is not there", () => {
    expect(readLimits(captured, 4_194_303)).toBe(gone);
  });
});
