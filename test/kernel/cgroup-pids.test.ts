import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parsePids, readPidsCgroup } from "#kernel/cgroup-pids.ts";
import { makePidsCgroup, type PidsCgroup, pidsCgroupProblem } from "../support/pids-cgroup.ts";
import { eventually } from "../support/poll.ts";

const skip = pidsCgroupProblem !== null;
if (skip) console.warn(`Skipped parts of test/kernel/cgroup-pids.test.ts: ${pidsCgroupProblem}`);

describe("parsePids()", () => {
  test.each([
    ["max", "max"],
    ["0", 0],
    ["4194304", 4_194_304],
    ["", null],
    ["-1", null],
    ["12 13", null],
    ["1e3", null],
    [null, null],
  ] as const)("%j is %p", (text, expected) => {
    expect(parsePids(text)).toBe(expected);
  });
});

describe("readPidsCgroup()", () => {
  test("reads no files that only look like a cgroup's", () => {
    const folder = mkdtempSync(join(tmpdir(), "sexton-pids-"));
    writeFileSync(join(folder, "pids.current"), "1\n");
    writeFileSync(join(folder, "pids.max"), "2\n");
    expect(readPidsCgroup(folder)).toBeNull();
    expect(readPidsCgroup(join(folder, "absent"))).toBeNull();
    rmSync(folder, { recursive: true });
  });

  describe.skipIf(skip)("of a real cgroup", () => {
    let cgroup: PidsCgroup;
    beforeAll(() => {
      cgroup = makePidsCgroup();
    });
    afterAll(() => cgroup.remove());

    test("counts threads and zombies, below it too", async () => {
      expect(readPidsCgroup(cgroup.container)).toEqual({ current: 0, limit: null });
      cgroup.limit("container", 20);
      cgroup.shell().run("sleep 1021 & sh -c 'true & exec sleep 1021' &");
      // The shell, its two children, and the zombie of the second, which sleeps and waits for nobody.
      await eventually("four tasks", () => readPidsCgroup(cgroup.container)?.current === 4);
      expect(readPidsCgroup(cgroup.container)).toEqual({ current: 4, limit: 20 });
      expect(readPidsCgroup(cgroup.pod)).toEqual({ current: 4, limit: null });
    });
  });
});
