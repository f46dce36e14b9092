import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Process } from "#ui/api/answers.ts";
import { type Row, rowsOf, type TreeView } from "#ui/model/tree.ts";
import { listed } from "../support.ts";

const view: TreeView = {
  tree: true,
  sort: { key: "pid", descending: false },
  filter: "",
  collapsed: new Set(),
  fdsOf: () => null,
};
const worker = { id: "bbbb", name: "worker", pod: null, podUid: null };
const processes = [
  listed(1, { role: "pause", container: null, name: "pause" }),
  listed(17, { commandLine: "nginx: master", cpuPercent: 1 }),
  listed(20, { ppid: 17, commandLine: "nginx: worker", cpuPercent: 5 }),
  listed(21, { ppid: 17, commandLine: "nginx: worker", cpuPercent: 9 }),
  listed(30, { container: worker, commandLine: "queue", uid: 33 }),
  listed(31, { container: worker, ppid: 30, state: "zombie", commandLine: null, name: "child", uid: null }),
];
/** `  17` for a process, `web 3` for a container, by their depth. */
const drawn = (rows: readonly Row[]) =>
  rows.map((row) => {
    const what =
      row.kind === "group" ? `${row.name} ${row.processes}` : `${row.process.pid}${row.faint ? " faint" : ""}`;
    return `${"  ".repeat(row.level - 1)}${what}`;
  });

describe("rowsOf()", () => {
  test("puts apps first, each container's processes below it in their tree", () => {
    expect(drawn(rowsOf(processes, view))).toEqual([
      "web 3",
      "  17",
      "    20",
      "    21",
      "worker 2",
      "  30",
      "    31",
      "pause 1",
      "  1",
    ]);
  });

  test("says of a container how many it has, and what they take together", () => {
    const [web, , , , other] = rowsOf(processes, view);
    expect(web).toMatchObject({ processes: 3, zombies: 0, cpuPercent: 15, rssBytes: 3072, expanded: true, setSize: 3 });
    expect(other).toMatchObject({ zombies: 1, posInSet: 2 });
  });

  test("shows nothing below what is folded", () => {
    const group = rowsOf(processes, view)[0]?.key ?? "";
    expect(drawn(rowsOf(processes, { ...view, collapsed: new Set([group, "30-300"]) }))).toEqual([
      "web 3",
      "worker 2",
      "  30",
      "pause 1",
      "  1",
    ]);
  });

  test("keeps the ancestors of what matches the filter, faint", () => {
    expect(drawn(rowsOf(processes, { ...view, filter: "ZOMBIE worker" }))).toEqual([
      "worker 2",
      "  30 faint",
      "    31",
    ]);
    expect(rowsOf(processes, { ...view, filter: "no such thing" })).toEqual([]);
  });

  test("orders siblings, and in a list all of them; what is not known comes last either way", () => {
    const byCpu = { key: "cpu", descending: true } as const;
    expect(drawn(rowsOf(processes, { ...view, sort: byCpu })).slice(0, 4)).toEqual([
      "web 3",
      "  17",
      "    21",
      "    20",
    ]);
    for (const descending of [true, false]) {
      const rows = rowsOf(processes, { ...view, tree: false, sort: { key: "user", descending } });
      expect(drawn(rows).at(-1)).toBe("31");
    }
  });

  test("has every process once, whatever their parents are, even where they are each other's", () => {
    const anyList = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 40 })), {
      selector: ([pid]) => pid,
    });
    fc.assert(
      fc.property(anyList, (pairs) => {
        // A parent is always older than its child, so that there are no rings: so it is in the kernel.
        const list: Process[] = pairs.map(([pid, ppid]) => listed(pid, { ppid: ppid < pid ? ppid : 0 }));
        const pids = rowsOf(list, view).flatMap((row) => (row.kind === "process" ? [row.process.pid] : []));
        expect(pids.toSorted((a, b) => a - b)).toEqual(list.map(({ pid }) => pid).toSorted((a, b) => a - b));
      }),
    );
  });
});
