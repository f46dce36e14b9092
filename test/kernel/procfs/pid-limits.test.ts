import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSince, readPidLimits } from "#kernel/procfs/pid-limits.ts";
import { procRoot } from "#kernel/procfs/root.ts";

describe("isSince()", () => {
  test.each([
    ["6.14.0", true],
    ["6.18.44-cloud-amd64", true],
    ["7.0.0-rc1", true],
    ["6.13.12-generic", false],
    ["6.1.0-18-amd64", false],
    ["5.15.167.4-microsoft-standard-WSL2", false],
    ["6.140", true],
    ["", false],
    ["linux", false],
  ])("%s since 6.14: %p", (release, expected) => {
    expect(isSince(release, 6, 14)).toBe(expected);
  });
});

describe("readPidLimits()", () => {
  test("reads this machine's", () => {
    const limits = readPidLimits(procRoot());
    expect(limits.pidMax).toBeGreaterThan(300);
    expect(limits.threadsMax).toBeGreaterThan(10);
    expect(limits.nodeThreads).toBeGreaterThan(1);
  });

  test("is null where /proc/sys is hidden, or says what is no number", () => {
    const folder = mkdtempSync(join(tmpdir(), "sexton-sysctl-"));
    const unknown = { pidMax: null, pidMaxIsNamespaced: false, threadsMax: null, nodeThreads: null };
    expect(readPidLimits(procRoot(folder))).toEqual(unknown);
    mkdirSync(join(folder, "sys/kernel"), { recursive: true });
    writeFileSync(join(folder, "sys/kernel/pid_max"), "many\n");
    expect(readPidLimits(procRoot(folder))).toEqual(unknown);
    rmSync(folder, { recursive: true });
  });
});
