import { describe, expect, test } from "bun:test";
import { countZombies, type GrowingHolder, holdersOf, sumTasks, takeCensus, whoGrows } from "#policy/pid-census.ts";
import type { Process } from "#process/process.ts";
import { hexId, podOf, type Row } from "../support/processes.ts";

const shell: Row = { pid: 20, name: "sh", in: "app" };
const children = (parent: number, count: number, row: Partial<Row> = {}): Row[] =>
  Array.from({ length: count }, (_, index) => ({ pid: parent * 100 + index, ppid: parent, in: "app", ...row }));

const lines = (grown: readonly GrowingHolder[]) =>
  grown.map(({ container, parent, process, count, zombies, growth }) => {
    const who = parent ? `children of ${parent.pid}` : process ? `threads of ${process.pid}` : container?.name;
    return `${who} ${count} (${zombies} zombies) ${growth}`;
  });

describe("counting", () => {
  test("takes every thread, and one for a zombie", () => {
    const rows = [
      { pid: 1, threads: 9 },
      { pid: 2, state: "zombie", threads: 0 },
      { pid: 3, state: "zombie", threads: 1 },
    ] as Process[];
    expect(sumTasks(rows)).toBe(11);
    expect(countZombies(rows)).toBe(2);
  });
});

describe("whoGrows()", () => {
  const before = holdersOf(podOf(shell, ...children(20, 3)));

  test("names the container and the parent of what is new, with its zombies", () => {
    const now = holdersOf(podOf(shell, ...children(20, 3), ...children(21, 40, { ppid: 20, state: "zombie" })));
    expect(lines(whoGrows(now, takeCensus(before, 0)))).toEqual([
      "app 44 (40 zombies) 40",
      "children of 20 43 (40 zombies) 40",
    ]);
  });

  test("names a process whose threads grow", () => {
    const now = holdersOf(podOf({ ...shell, threads: 31 }, ...children(20, 3)));
    expect(lines(whoGrows(now, takeCensus(before, 0)))).toEqual([
      "app 34 (0 zombies) 30",
      "threads of 20 31 (0 zombies) 30",
    ]);
  });

  test("leaves out who did not grow, though all its children are other ones", () => {
    const now = holdersOf(podOf(shell, ...children(77, 3, { ppid: 20 })));
    expect(whoGrows(now, takeCensus(before, 0))).toEqual([]);
  });

  test("keeps to one container, and to five", () => {
    const many = Array.from({ length: 9 }, (_, index): Row[] => [
      { pid: 30 + index, in: "app" },
      ...children(30 + index, index + 1),
    ]);
    const elsewhere: Row[] = [{ pid: 90, in: "db" }, ...children(90, 60, { in: "db" })];
    const now = holdersOf(podOf(shell, ...many.flat(), ...elsewhere));
    const grown = whoGrows(now, takeCensus(before, 0), (container) => container?.key === hexId("app"));
    expect(lines(grown)).toEqual([
      "app 55 (0 zombies) 51",
      ...[38, 37, 36, 35].map((pid) => `children of ${pid} ${pid - 29} (0 zombies) ${pid - 29}`),
    ]);
  });

  test("without a census tells who holds most, and no growth", () => {
    expect(lines(whoGrows(before, null)).slice(0, 2)).toEqual([
      "app 4 (0 zombies) null",
      "children of 20 3 (0 zombies) null",
    ]);
  });

  test("of a census that was cut, what is not in it counts as large as it may have been", () => {
    const parents = Array.from({ length: 80 }, (_, index): Row[] => [
      { pid: 200 + index, in: "app" },
      ...children(200 + index, 6),
    ]);
    const census = takeCensus(holdersOf(podOf(...parents.flat())), 0);
    expect(census.counts.size).toBe(64);
    expect(census.floor).toBe(6);
    const grown = whoGrows(holdersOf(podOf(...parents.flat(), ...children(999, 9, { ppid: 279 }))), census);
    expect(lines(grown)).toEqual(["app 569 (0 zombies) 9", "children of 279 15 (0 zombies) 9"]);
  });
});
