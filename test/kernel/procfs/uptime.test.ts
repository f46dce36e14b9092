import { describe, expect, test } from "bun:test";
import { gone } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { parseUptime, readUptime } from "#kernel/procfs/uptime.ts";

describe("parseUptime()", () => {
  test("reads the first of the two numbers", () => {
    expect(parseUptime("3254.12 5733.26\n")).toBe(3254.12);
    expect(parseUptime("0.00 0.00\n")).toBe(0);
  });

  test.each(["", "\n", "3254.12", "3254 5733", "-1.00 2.00", "x 1.00"])("is null for %j", (text) => {
    expect(parseUptime(text)).toBeNull();
  });
});

describe("readUptime()", () => {
  test("reads the captured file", () => {
    expect(readUptime(procRoot("test/fixtures/proc/nginx-under-shell"))).toBe(3283.41);
  });

  test("says gone where the file is missing, as on a /proc mounted with subset=pid", () => {
    expect(readUptime(procRoot("test/fixtures/proc"))).toBe(gone);
  });

  test("never goes back", () => {
    const first = readUptime(procRoot()) as number;
    expect(first).toBeGreaterThan(0);
    expect(readUptime(procRoot()) as number).toBeGreaterThanOrEqual(first);
  });
});
