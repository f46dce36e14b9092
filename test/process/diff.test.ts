import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { apply, diff, hasExeced, type Processes } from "#process/diff.ts";
import { formatId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";
import { type Row, tableOf } from "../support/processes.ts";

const table = (...rows: Row[]): Processes => tableOf(rows).byPid;
const told = (before: Processes, after: Processes) =>
  diff(before, after).map(({ kind, process }) => `${kind} ${formatId(process)}`);

describe("diff()", () => {
  test("tells births, departures and execs", () => {
    const before = table({ pid: 10, layout: 1 }, { pid: 11, name: "old" });
    const after = table({ pid: 10, layout: 2 }, { pid: 12, name: "new" });
    expect(told(before, after)).toEqual(["gone 11-1100", "execed 10-1000", "started 12-1200"]);
  });

  test("tells a pid that was used again as one that left and another that came", () => {
    const before = table({ pid: 10, startTicks: 5 });
    const after = table({ pid: 10, startTicks: 900 });
    expect(told(before, after)).toEqual(["gone 10-5", "started 10-900"]);
  });

  test("tells nothing of counters that moved, and nothing of nothing", () => {
    const before = table({ pid: 10, cpuSeconds: 1 });
    expect(told(before, table({ pid: 10, cpuSeconds: 2 }))).toEqual([]);
    expect(told(table(), table())).toEqual([]);
  });

  const processes = fc
    .uniqueArray(
      fc.record({
        pid: fc.integer({ min: 1, max: 8 }),
        startTicks: fc.integer({ min: 1, max: 3 }),
        layout: fc.constantFrom(1, 2),
      }),
      {
        selector: ({ pid }) => pid,
      },
    )
    .map((rows) => table(...rows));

  test("applied to the first of any sequence of tables gives the last", () => {
    const shape = (all: Processes) =>
      [...all.values()].map((process) => `${formatId(process)} ${process.layout}`).sort();
    fc.assert(
      fc.property(fc.array(processes, { minLength: 1, maxLength: 6 }), (tables) => {
        const [first, ...rest] = tables as [Processes, ...Processes[]];
        let reached: Processes = first;
        for (const next of rest) reached = apply(reached, diff(reached, next));
        expect(shape(reached)).toEqual(shape(tables.at(-1) as Processes));
      }),
    );
  });
});

describe("hasExeced()", () => {
  const process = (row: Partial<Row>): Process => table({ pid: 10, ...row }).get(10) as Process;

  describe("where the addresses are seen", () => {
    const sh = { name: "sh", exe: "/bin/sh", args: ["sh", "-c", "x"], layout: 1 };

    test.each<[string, Partial<Row>, boolean]>([
      ["nothing else", sh, false],
      ["another image", { ...sh, layout: 2 }, true],
      ["a title", { ...sh, args: ["sh: worker"] }, false],
      ["other arguments", { ...sh, args: ["sleep", "100"] }, false],
      ["another name, by prctl(2)", { ...sh, name: "MainThread" }, false],
      ["a file that was moved", { ...sh, exe: "/bin/sh.old" }, false],
      ["a file that was moved, and a title", { ...sh, exe: "/bin/sh.old", args: ["sh: worker"] }, false],
      // Without address space randomization.
      ["another executable and name at the same addresses", { ...sh, exe: "/bin/sleep", name: "sleep" }, true],
      ["another executable and arguments at the same addresses", { ...sh, exe: "/bin/x", args: ["x", "y"] }, true],
      ["what a zombie shows", { ...sh, state: "zombie", layout: null, args: [] }, false],
    ])("looks at %s", (_, after, execed) => {
      expect(hasExeced(process(sh), process(after))).toBe(execed);
    });
  });

  describe("where one look or both see no addresses", () => {
    const sh = { name: "sh", exe: "/bin/sh", args: ["sh", "-c", "x"] };

    test.each<[string, Partial<Row>, boolean]>([
      ["nothing else", sh, false],
      ["another executable", { ...sh, exe: "/bin/dash" }, true],
      ["an executable that was replaced", { ...sh, exe: "/bin/sh (deleted)" }, false],
      ["other arguments", { ...sh, args: ["x", "y"] }, true],
      ["a later argument alone", { ...sh, args: ["sh", "-c", "y"] }, true],
      ["a name alone, by prctl(2)", { ...sh, name: "MainThread" }, false],
      ["an executable that is hidden now", { ...sh, exe: null }, false],
      ["arguments that are gone, as a zombie's are", { ...sh, args: [] }, false],
      ["addresses that are seen now, as after a change of user", { ...sh, layout: 1 }, false],
      ["addresses that are seen now, with other arguments", { ...sh, layout: 1, args: ["x", "y"] }, true],
    ])("looks at %s", (_, after, execed) => {
      expect(hasExeced(process(sh), process(after))).toBe(execed);
      expect(hasExeced(process({ ...sh, layout: after.layout ?? null }), process({ ...after, layout: null }))).toBe(
        execed,
      );
    });
  });
});
