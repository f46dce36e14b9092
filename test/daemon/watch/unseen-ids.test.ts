import { describe, expect, test } from "bun:test";
import { countUnseen, passedIds } from "#daemon/watch/unseen-ids.ts";
import { gone } from "#kernel/procfs/read.ts";
import { type ProcRoot, procRoot } from "#kernel/procfs/root.ts";
import { type Row, tableOf } from "../../support/processes.ts";

describe("passedIds()", () => {
  test.each<[string, [number, number, number | null], [number, number][]]>([
    ["none", [100, 100, null], []],
    ["one", [100, 101, null], [[101, 101]]],
    ["many", [100, 9_000, null], [[101, 9_000]]],
    [
      "a wrap: the rest up to kernel.pid_max, and from 300 on",
      [390, 305, 400],
      [
        [391, 399],
        [300, 305],
      ],
    ],
    ["a wrap at the last id", [399, 300, 400], [[300, 300]]],
    [
      "a wrap where pid_max is hidden: the kernel's default",
      [32_760, 310, null],
      [
        [32_761, 32_767],
        [300, 310],
      ],
    ],
    ["a pid_max that was lowered below the counter", [32_760, 310, 1_000], [[300, 310]]],
    ["a counter that somebody has set back", [500, 100, 1_000], [[501, 999]]],
  ])("tells %s", (_, [from, to, pidMax], expected) => {
    expect(passedIds(from, to, pidMax)).toEqual(expected);
  });
});

describe("countUnseen()", () => {
  const tasks: Record<number, string[]> = { 900: ["900", "1005", "1006"], 1002: ["1002", "1003"] };
  const root: ProcRoot = { ...procRoot("test/fixtures"), names: (pid) => tasks[pid] ?? gone };
  const count = (...rows: Row[]) => countUnseen(root, [[1_001, 1_010]], tableOf(rows).processes);

  test("counts all where nobody is left", () => {
    expect(count()).toBe(10);
  });

  test("counts neither who was found nor who had an id all along", () => {
    expect(count({ pid: 1_001 }, { pid: 1_010 }, { pid: 1_000 }, { pid: 1_011 })).toBe(8);
  });

  test("counts no threads of those who were found, new or old", () => {
    expect(count({ pid: 900, threads: 3 })).toBe(8);
    expect(count({ pid: 1_002, threads: 2 })).toBe(8);
    expect(count({ pid: 900, threads: 3 }, { pid: 1_002, threads: 2 })).toBe(6);
  });

  test("takes one whose threads are gone by now for a process still", () => {
    expect(count({ pid: 1_004, threads: 9 })).toBe(9);
  });
});
