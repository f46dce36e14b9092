import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Container } from "#process/container.ts";
import { type Branch, select, sortProcesses, treeOf } from "#process/selector.ts";
import { hexId, podOf, tableOf } from "../support/processes.ts";

const pids = (processes: readonly { pid: number }[]) => processes.map(({ pid }) => pid);

test("select() finds processes by their pod and its namespace", () => {
  const of = (key: string, name: string, namespace: string): [string, Container] => {
    return [key, { key, id: key, name: "app", pod: { uid: `${key}-uid`, name, namespace } }];
  };
  const rows = ["a", "b", "c"].map((id, index) => ({ pid: 40 + index, containerId: id }));
  const containers = new Map([of("a", "web-1", "default"), of("b", "web-1", "shop"), of("c", "web-2", "shop")]);
  const { processes } = tableOf([...rows, { pid: 50 }], { initialNamespace: true }, containers);
  expect(pids(select(processes, { pod: "web-1" }))).toEqual([40, 41]);
  expect(pids(select(processes, { pod: "shop/web-1" }))).toEqual([41]);
  expect(pids(select(processes, { pod: "c-uid" }))).toEqual([42]);
  expect(pids(select(processes, { namespace: "shop" }))).toEqual([41, 42]);
  expect(pids(select(processes, { namespace: "shop", pod: "web-1" }))).toEqual([41]);
  expect(pids(select(processes, { namespace: "" }))).toEqual([]);
});

describe("select()", () => {
  const { processes } = podOf(
    { pid: 17, name: "nginx", in: "web", uid: 101 },
    { pid: 18, name: "nginx", ppid: 17, in: "web", uid: 0, state: "zombie" },
    { pid: 30, name: "redis", in: "cache", uid: 101 },
  );

  test.each([
    ["everything without conditions", {}, [1, 7, 17, 18, 30]],
    ["by container name", { container: "web" }, [17, 18]],
    ["by the start of a container id", { container: hexId("web").slice(0, 4) }, [17, 18]],
    ["by a whole container id", { container: hexId("cache") }, [30]],
    ["not by nothing at all", { container: "" }, []],
    ["by name", { name: "redis" }, [30]],
    ["not by a part of a name", { name: "ngin" }, []],
    ["by state", { state: "zombie" as const }, [18]],
    ["by uid", { uid: 101 }, [17, 30]],
    ["by uid 0, which is a condition like others", { uid: 0 }, [18]],
    ["by all conditions together", { name: "nginx", uid: 101, container: "web" }, [17]],
    ["nothing when one does not hold", { name: "nginx", container: "cache" }, []],
  ])("selects %s", (_, wanted, expected) => {
    expect(pids(select(processes, wanted))).toEqual(expected);
  });
});

describe("sortProcesses()", () => {
  const { processes } = tableOf([
    { pid: 3, cpuPercent: 5, rssBytes: 10, startTicks: 30 },
    { pid: 1, cpuPercent: 9, rssBytes: 30, startTicks: 10 },
    { pid: 2, cpuPercent: 5, rssBytes: 20, startTicks: 30 },
  ]);

  test.each([
    ["pid", [1, 2, 3]],
    ["-pid", [3, 2, 1]],
    ["cpu", [2, 3, 1]],
    ["-cpu", [1, 2, 3]],
    ["rss", [3, 2, 1]],
    ["-rss", [1, 2, 3]],
    ["start", [1, 2, 3]],
    ["-start", [2, 3, 1]],
  ] as const)("sorts by %s, equals by pid", (sort, expected) => {
    expect(pids(sortProcesses(processes, sort))).toEqual([...expected]);
  });

  test("leaves its input as it was", () => {
    sortProcesses(processes, "pid");
    expect(pids(processes)).toEqual([3, 1, 2]);
  });
});

const flatten = (branches: readonly Branch[]): number[] =>
  branches.flatMap(({ process, children }) => [process.pid, ...flatten(children)]);

describe("treeOf()", () => {
  test("puts children below their parents, and who has none that is listed on top", () => {
    const { processes } = tableOf([
      { pid: 1 },
      { pid: 10, ppid: 1 },
      { pid: 11, ppid: 10 },
      { pid: 12, ppid: 10 },
      { pid: 20, ppid: 15 },
    ]);
    const shape = (branches: readonly Branch[]): unknown =>
      Object.fromEntries(branches.map(({ process, children }) => [process.pid, shape(children)]));
    expect(shape(treeOf(processes))).toEqual({ 1: { 10: { 11: {}, 12: {} } }, 20: {} });
  });

  test("holds every process exactly once, whoever claims to be whose parent", () => {
    const rows = fc
      .uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1 })
      .chain((pids) =>
        fc.tuple(
          ...pids.map((pid) =>
            fc.record({ pid: fc.constant(pid), ppid: fc.nat({ max: 30 }), startTicks: fc.nat({ max: 3 }) }),
          ),
        ),
      );
    fc.assert(
      fc.property(rows, (rows) => {
        const { processes } = tableOf(rows);
        expect(flatten(treeOf(processes)).sort((a, b) => a - b)).toEqual(pids(processes).sort((a, b) => a - b));
      }),
    );
  });

  test("breaks a circle of parents where a pid was used again during the scan", () => {
    const { processes } = tableOf([
      { pid: 10, ppid: 11, startTicks: 5 },
      { pid: 11, ppid: 10, startTicks: 9 },
      { pid: 12, ppid: 12, startTicks: 1 },
    ]);
    expect(treeOf(processes).map(({ process, children }) => [process.pid, children.length])).toEqual([
      [10, 1],
      [12, 0],
    ]);
  });
});
