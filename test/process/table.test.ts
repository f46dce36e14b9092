import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Container } from "#process/container.ts";
import type { Surroundings } from "#process/table.ts";
import { buildTable } from "#process/table.ts";
import { containersOf, hexId, podOf, type Row, sighting, tableOf } from "../support/processes.ts";

/** `pid role container`, a line a process. */
function placesOf(
  rows: Row[],
  surroundings: Partial<Surroundings> = {},
  containers?: Map<string, Container>,
): string[] {
  return tableOf(rows, surroundings, containers ?? containersOf(rows)).processes.map(
    ({ pid, role, container }) => `${pid} ${role} ${container === null ? "-" : (container.name ?? "?")}`,
  );
}

describe("buildTable()", () => {
  test("places the processes of a pod: pause, sexton and the apps", () => {
    const { processes } = podOf(
      { pid: 8, ppid: 7, name: "helper", in: "sexton" },
      { pid: 17, name: "nginx", in: "web" },
      { pid: 18, name: "nginx", ppid: 17, in: "web" },
      { pid: 30, name: "redis", in: "?cache" },
    );
    expect(processes.map(({ pid, role, container }) => [pid, role, container?.name])).toEqual([
      [1, "pause", null],
      [7, "self", "sexton"],
      [8, "self", "sexton"],
      [17, "app", "web"],
      [18, "app", "web"],
      [30, "app", null],
    ]);
  });

  test("knows its own container by / where a private cgroup namespace hides its id", () => {
    const peers: Row[] = [
      { pid: 1, name: "pause", in: "?pause" },
      { pid: 17, name: "nginx", in: "web" },
      { pid: 18, name: "sh", ppid: 0, in: "web" },
    ];
    const own: Container = { key: "/", id: null, name: "sexton", pod: null };
    const rows: Row[] = [...peers, { pid: 7, name: "sexton", cgroup: "/" }, { pid: 9, ppid: 7, cgroup: "/" }];
    expect(placesOf(rows, {}, containersOf(peers).set("/", own))).toEqual([
      "1 pause ?",
      "17 app web",
      "18 app web",
      "7 self sexton",
      "9 self sexton",
    ]);
  });

  test("places by descent where no cgroup tells: who has ppid 0 started a container", () => {
    const rows: Row[] = [
      { pid: 1, name: "pause" },
      { pid: 7, name: "sexton" },
      { pid: 8, ppid: 7 },
      { pid: 17 },
      { pid: 18, ppid: 17 },
      { pid: 19, ppid: 18 },
      { pid: 40, name: "orphan", ppid: 1 },
    ];
    expect(placesOf(rows)).toEqual([
      "1 pause -",
      "7 self -",
      "8 self -",
      "17 app -",
      "18 app -",
      "19 app -",
      "40 other -",
    ]);
  });

  test("sees apps only in containers on a bare machine, and no pause", () => {
    const rows: Row[] = [
      { pid: 1, name: "systemd" },
      { pid: 2, name: "kthreadd", kernelThread: true },
      { pid: 300, name: "sshd", ppid: 1 },
      { pid: 400, name: "containerd-shim", ppid: 1 },
      { pid: 401, name: "nginx", ppid: 400, in: "web" },
      { pid: 500, name: "sexton", ppid: 300 },
    ];
    expect(placesOf(rows, { selfPid: 500, initialNamespace: true })).toEqual([
      "1 other -",
      "2 other -",
      "300 other -",
      "400 other -",
      "401 app web",
      "500 self -",
    ]);
  });

  test("sees on a node what holds each pod together, by its name in a container without one", () => {
    const pod = { uid: "u", name: null, namespace: null };
    const container = (key: string, name: string | null, of: Container["pod"] = pod): [string, Container] => {
      return [key, { key, id: key, name, pod: of }];
    };
    const containers = new Map([container("a", null), container("b", "pause"), container("c", null, null)]);
    const rows = ["a", "b", "c"].map((id, index): Row => ({ pid: 40 + index, name: "pause", containerId: id }));
    const worker: Row = { pid: 50, name: "nginx", containerId: "a" };
    const self: Row = { pid: 500, name: "sexton" };
    const table = tableOf([...rows, worker, self], { selfPid: 500, initialNamespace: true }, containers);
    expect(table.processes.map(({ pid, role }) => `${pid} ${role}`)).toEqual([
      "40 pause",
      "41 app",
      "42 app",
      "50 app",
      "500 self",
    ]);
  });

  test("is itself before it is pid 1", () => {
    expect(placesOf([{ pid: 1, name: "sexton", in: "sexton" }], { selfPid: 1 })).toEqual(["1 self sexton"]);
  });

  test("lets a zombie that lost its cgroup inherit its parent's container, and a living process not", () => {
    const lost = { name: "sh", ppid: 17, cgroup: "/" } as const;
    const rows: Row[] = [
      { pid: 1, name: "pause", in: "?pause" },
      { pid: 7, name: "sexton", in: "sexton" },
      { pid: 17, name: "nginx", in: "web" },
      { ...lost, pid: 20, state: "zombie" },
      { ...lost, pid: 21, state: "sleeping" },
    ];
    expect(placesOf(rows).slice(3)).toEqual(["20 app web", "21 app -"]);
  });

  test("lets one that was about to end when it was read inherit its parent's container", () => {
    const rows: Row[] = [
      { pid: 7, name: "sexton", in: "sexton" },
      { pid: 17, name: "nginx", in: "web" },
      { pid: 20, ppid: 17, cgroup: null, state: "running" },
    ];
    expect(placesOf(rows).slice(2)).toEqual(["20 app web"]);
  });

  test("keeps a zombie in the container that its own path tells", () => {
    const rows: Row[] = [
      { pid: 7, name: "sexton", in: "sexton" },
      { pid: 17, in: "web" },
      { pid: 20, ppid: 17, in: "cache", state: "zombie" },
    ];
    expect(placesOf(rows)).toEqual(["7 self sexton", "17 app web", "20 app cache"]);
  });

  test("places a zombie whose parent cannot be seen", () => {
    const zombie = { pid: 20, ppid: 4_000, cgroup: "/", state: "zombie" } as const;
    expect(placesOf([{ pid: 7, in: "sexton" }, zombie])).toEqual(["7 self sexton", "20 other -"]);
  });

  test("knows a container by its path where no id can be read from it", () => {
    const path = "/../strange-runtime";
    const strange: Container = { key: path, id: null, name: "web", pod: null };
    const rows: Row[] = [
      { pid: 7, in: "sexton" },
      { pid: 17, cgroup: path },
    ];
    expect(placesOf(rows, {}, containersOf(rows).set(path, strange))).toEqual(["7 self sexton", "17 app web"]);
  });

  test("passes on what the scan says of itself", () => {
    const scan = { observedAt: 1_234, sightings: [sighting({ pid: 17 })], unreadable: 3 };
    const table = buildTable(scan, { selfPid: 7, initialNamespace: false }, new Map());
    expect(table).toMatchObject({ observedAt: 1_234, unreadable: 3, selfPid: 7 });
    expect(table.byPid.get(17)).toBe(table.processes[0] as never);
    expect(table.byPid.size).toBe(1);
  });

  test("ends, with a place for every process, whoever claims to be whose parent", () => {
    const row = fc.record({
      ppid: fc.nat({ max: 12 }),
      state: fc.constantFrom("zombie", "sleeping", "dead"),
      in: fc.option(fc.constantFrom("web", "cache"), { nil: undefined }),
    });
    const rows = fc
      .array(row, { minLength: 1, maxLength: 12 })
      .map((rows) => rows.map(({ in: container, ...rest }, index) => named({ ...rest, pid: index + 1 }, container)));
    fc.assert(
      fc.property(rows, fc.boolean(), (rows, initialNamespace) => {
        const table = tableOf(rows, { selfPid: 3, initialNamespace });
        expect(table.processes.map(({ pid }) => pid)).toEqual(rows.map(({ pid }) => pid));
      }),
    );
  });

  test("ends in time with a circle of parents among 1,000 processes", () => {
    const circle = Array.from({ length: 1_000 }, (_, index) => ({ pid: index + 2, ppid: ((index + 1) % 1_000) + 2 }));
    const started = performance.now();
    const { processes } = tableOf([{ pid: 1 }, ...circle], { selfPid: 5_000 });
    expect(processes).toHaveLength(1_001);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

function named(row: Row & { state: string }, container: string | undefined): Row {
  return container === undefined ? (row as Row) : { ...(row as Row), in: container };
}

test("the ids that these tests make up look like real ones", () => {
  expect(hexId("web")).toMatch(/^[0-9a-f]{64}$/);
});
