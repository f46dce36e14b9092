import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { familyOf, findApps, isRoot } from "#process/app.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";
import { podOf, type Row, tableOf } from "../support/processes.ts";

/** `name pid`, an app each. */
const appsOf = (table: ProcessTable) => findApps(table).map(({ name, main }) => `${name} ${main.pid}`);
const at = (table: ProcessTable, pid: number) => table.byPid.get(pid) as Process;

describe("findApps()", () => {
  test("finds the main process of the one container that is neither the pause's nor sexton's", () => {
    const table = podOf({ pid: 17, name: "nginx", in: "web" }, { pid: 18, name: "nginx", ppid: 17, in: "web" });
    expect(appsOf(table)).toEqual(["web 17"]);
    expect(findApps(table)[0]?.container?.name).toBe("web");
  });

  test("finds an app for each container, oldest first", () => {
    const table = podOf(
      { pid: 17, name: "nginx", in: "web", startTicks: 900 },
      { pid: 30, name: "redis", in: "cache", startTicks: 800 },
    );
    expect(appsOf(table)).toEqual(["cache 30", "web 17"]);
  });

  test("takes a later process with ppid 0 for an exec session or a probe, even one of a lower pid", () => {
    const table = podOf(
      { pid: 5, name: "sh", in: "web", startTicks: 9_000 },
      { pid: 17, name: "nginx", in: "web", startTicks: 500 },
      { pid: 90, name: "bash", in: "web", startTicks: 9_500 },
    );
    expect(appsOf(table)).toEqual(["web 17"]);
  });

  test("takes an orphan that pid 1 took over for no main process, old as it may be", () => {
    const table = podOf(
      { pid: 16, name: "leaked", ppid: 1, in: "web", startTicks: 100 },
      { pid: 17, name: "nginx", in: "web", startTicks: 500 },
    );
    expect(appsOf(table)).toEqual(["web 17"]);
  });

  test("passes by a main process that is a zombie", () => {
    const table = podOf({ pid: 17, name: "nginx", in: "web", state: "zombie" }, { pid: 90, name: "sh", in: "web" });
    expect(appsOf(table)).toEqual(["web 90"]);
    expect(appsOf(podOf({ pid: 17, in: "web", state: "dead" }))).toEqual([]);
  });

  test("calls an app by its process where the container's name is unknown", () => {
    expect(appsOf(podOf({ pid: 17, name: "nginx", in: "?web" }))).toEqual(["nginx 17"]);
  });

  test("finds the apps of a pod where no cgroup tells containers apart", () => {
    const rows: Row[] = [
      { pid: 1, name: "pause" },
      { pid: 7, name: "sexton" },
      { pid: 17, name: "nginx" },
      { pid: 18, name: "nginx", ppid: 17 },
      { pid: 30, name: "redis" },
    ];
    expect(appsOf(tableOf(rows))).toEqual(["nginx 17", "redis 30"]);
  });

  test("finds a container's main process on a bare machine below the runtime's shim", () => {
    const rows: Row[] = [
      { pid: 1, name: "systemd" },
      { pid: 300, name: "sshd", ppid: 1 },
      { pid: 400, name: "containerd-shim", ppid: 1 },
      { pid: 401, name: "nginx", ppid: 400, in: "web" },
      { pid: 402, name: "nginx", ppid: 401, in: "web" },
      { pid: 500, name: "sexton", ppid: 300 },
    ];
    expect(appsOf(tableOf(rows, { selfPid: 500, initialNamespace: true }))).toEqual(["web 401"]);
  });

  test("finds none in an empty pod, and none in sexton's own container", () => {
    expect(appsOf(podOf())).toEqual([]);
    expect(appsOf(podOf({ pid: 40, name: "sh", in: "sexton" }))).toEqual([]);
    expect(appsOf(tableOf([]))).toEqual([]);
  });
});

describe("isRoot()", () => {
  const table = podOf(
    { pid: 17, in: "web" },
    { pid: 18, ppid: 17, in: "web" },
    { pid: 19, ppid: 1, in: "web" },
    { pid: 20, ppid: 17, in: "cache" },
    { pid: 21, ppid: 4_000, in: "web" },
  );
  test.each([
    ["the pause", 1, true],
    ["what the runtime started", 17, true],
    ["a child within the container", 18, false],
    ["an orphan that pid 1 took over", 19, false],
    ["a child of another container's process", 20, true],
    ["one whose parent cannot be seen", 21, false],
  ])("%s: %d is %p", (_, pid, root) => {
    expect(isRoot(at(table, pid), table)).toBe(root);
  });

  test("is false for the machine's init and for threads of the kernel, whose ppid is 0 too", () => {
    const machine = tableOf([{ pid: 1 }, { pid: 2, kernelThread: true }], { initialNamespace: true });
    expect(machine.processes.map((process) => isRoot(process, machine))).toEqual([false, false]);
  });
});

describe("familyOf()", () => {
  const pids = (family: readonly Process[]) => family.map(({ pid }) => pid);

  test("holds the main process and all below it, parents before children", () => {
    const table = podOf(
      { pid: 20, ppid: 18, in: "web" },
      { pid: 17, in: "web" },
      { pid: 18, ppid: 17, in: "web" },
      { pid: 19, ppid: 17, in: "web" },
      { pid: 30, in: "cache" },
    );
    const family = pids(familyOf(at(table, 17), table));
    expect(family[0]).toBe(17);
    expect(family.toSorted()).toEqual([17, 18, 19, 20]);
    expect(family.indexOf(20)).toBeGreaterThan(family.indexOf(18));
  });

  test("holds what put itself into the background: pid 1 has taken it over, in the same container", () => {
    const table = podOf(
      { pid: 17, in: "web", name: "sh" },
      { pid: 30, ppid: 1, in: "web", name: "nginx" },
      { pid: 31, ppid: 30, in: "web", name: "nginx" },
      { pid: 40, ppid: 1, in: "cache", name: "redis" },
      { pid: 50, ppid: 0, in: "web", name: "exec", startTicks: 90_000 },
    );
    expect(pids(familyOf(at(table, 17), table))).toEqual([17, 30, 31]);
  });

  test.each([1, 12])(
    "holds what put itself into the background under sexton init: as process %i it has taken it over",
    (selfPid) => {
      const rows: Row[] = [
        { pid: selfPid, name: "sexton", exe: "/sexton" },
        { pid: 17, ppid: selfPid, name: "sh" },
        { pid: 30, ppid: selfPid, name: "nginx" },
        { pid: 31, ppid: 30, name: "nginx" },
        { pid: 40, ppid: selfPid, name: "sexton", exe: "/sexton" },
        { pid: 50, ppid: 0, name: "exec", startTicks: 90_000 },
      ];
      const table = tableOf(rows, { selfPid, command: 17 });
      expect(pids(familyOf(at(table, 17), table))).toEqual([17, 30, 31]);
      expect(pids(familyOf(at(table, 30), table))).toEqual([30, 31]);
    },
  );

  test("leaves out what belongs to another container", () => {
    const table = podOf({ pid: 17, in: "web" }, { pid: 18, ppid: 17, in: "cache" });
    expect(pids(familyOf(at(table, 17), table))).toEqual([17]);
  });

  test("holds everybody below it exactly once, in a tree of any shape", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 20 }), (choices) => {
        const table = tableOf(choices.map((choice, index) => ({ pid: index + 1, ppid: choice % (index + 1) })));
        const inFamily = new Set([1]);
        for (const { pid, ppid } of table.processes) if (inFamily.has(ppid)) inFamily.add(pid);
        expect(pids(familyOf(at(table, 1), table)).toSorted((a, b) => a - b)).toEqual([...inFamily]);
      }),
    );
  });

  test("ends, begins with its main process and holds nobody twice, whoever claims to be whose parent", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 12 }), (ppids) => {
        const table = tableOf(ppids.map((ppid, index) => ({ pid: index + 1, ppid })));
        for (const main of table.processes) {
          const family = pids(familyOf(main, table));
          expect(family[0]).toBe(main.pid);
          expect(new Set(family).size).toBe(family.length);
          const below = table.processes.filter(({ ppid }) => family.includes(ppid)).map(({ pid }) => pid);
          expect(family).toEqual(expect.arrayContaining(below));
        }
      }),
    );
  });
});
