import { describe, expect, test } from "bun:test";
import { createLineage, type Lineage, type Origin } from "#process/lineage.ts";
import type { Process } from "#process/process.ts";
import { podOf, type Row } from "../support/processes.ts";

const placed = (row: Row) => podOf(row).processes.at(-1) as Process;
const lineageWith = (...rows: Row[]) => {
  const lineage = createLineage();
  for (const row of rows) lineage.add(placed(row));
  return lineage;
};
const ended = (lineage: Lineage, row: Row) => {
  const orphans = lineage.ended(placed(row)).map(({ pid }) => pid);
  lineage.remove(placed(row));
  return orphans;
};

const main: Row = { pid: 17, in: "web" };
const exec: Row = { pid: 50, in: "web" };
const child: Row = { pid: 51, ppid: 50, session: 50, in: "web" };

const unseen = { origin: "unknown" as const, first: false, main: null, keeper: null };

describe("a lineage", () => {
  test("tells whose the children of an ended process are, and by identity", () => {
    const lineage = lineageWith(main, exec, child, { ...child, pid: 52 });
    expect(lineage.ended({ pid: 50, startTicks: 1 })).toEqual([]);
    expect(ended(lineage, exec)).toEqual([51, 52]);
    expect(lineage.of(placed(child)).origin).toBe("exec");
    expect(lineage.of({ pid: 51, startTicks: 1 })).toEqual(unseen);
    lineage.remove({ pid: 51, startTicks: 1 });
    expect(lineage.of(placed(child)).origin).toBe("exec");
  });

  test("takes a child that was taken over for the child of who has it now", () => {
    const reaper: Row = { pid: 60, ppid: 17, session: 17, in: "web" };
    const lineage = lineageWith(main, reaper, { ...child, ppid: 17, session: 17 });
    lineage.settle(placed({ ...child, ppid: 60, session: 17 }));
    expect(ended(lineage, reaper)).toEqual([51]);
  });

  test("takes a pid that is used again for another process", () => {
    const lineage = lineageWith(main, exec, child);
    const again: Row = { ...exec, startTicks: 9_000, ppid: 17, session: 17 };
    lineage.add(placed(again));
    expect(lineage.of(placed(again)).origin).toBe("main");
    expect(lineage.of(placed(exec)).origin).toBe("unknown");
    // What was the session of an exec is one of the main process's now.
    lineage.settle(placed({ ...again, session: 50 }));
    const orphan: Row = { pid: 53, ppid: 1, session: 50, in: "web" };
    lineage.add(placed(orphan));
    expect(lineage.of(placed(orphan)).origin).toBe("main");
  });

  test("takes a pid that is used again for another session, and counts nobody twice", () => {
    const lineage = lineageWith(main, exec);
    ended(lineage, exec);
    const stranger: Row = { pid: 50, startTicks: 9_000, ppid: 1, in: "web" };
    lineage.add(placed(stranger));
    expect(lineage.of(placed(stranger)).origin).toBe("unknown");
    const another: Row = { ...stranger, startTicks: 9_500 };
    lineage.add(placed(another));
    for (const row of [another, main]) ended(lineage, row);
    // With its last process the container is forgotten, and with it who was its main one.
    const first: Row = { pid: 60, in: "web" };
    lineage.add(placed(first));
    expect(lineage.of(placed(first)).origin).toBe("main");
  });

  test("knows a session whose leader was seen only before it began it", () => {
    const forked: Row = { pid: 50, ppid: 17, session: 17, in: "web" };
    const lineage = lineageWith(main, forked);
    ended(lineage, forked);
    const daemon: Row = { pid: 51, ppid: 1, session: 50, in: "web" };
    lineage.add(placed(daemon));
    expect(lineage.of(placed(daemon)).origin).toBe("main");
  });

  test.each<[string, number, number, Origin]>([
    ["of outside, where the main process has one of its own, is an exec's", 17, 0, "exec"],
    ["of outside, where the main process is in it too, tells nothing", 0, 0, "unknown"],
    ["that nobody saw begin tells nothing", 17, 40, "unknown"],
  ])("a session %s", (_, sessionOfMain, session, origin) => {
    // Before it execs, it is still in the runtime's session.
    const lineage = lineageWith({ ...main, session: 0 });
    lineage.settle(placed({ ...main, session: sessionOfMain }));
    const orphan: Row = { pid: 51, ppid: 1, session, in: "web" };
    lineage.add(placed(orphan));
    expect(lineage.of(placed(orphan)).origin).toBe(origin);
  });

  test("takes no two apps for one family because both are in the session of outside", () => {
    const app: Row = { pid: 17, session: 0 };
    const lineage = lineageWith({ pid: 1 }, app, { ...app, pid: 30 });
    ended(lineage, app);
    lineage.add(placed({ pid: 51, ppid: 1, session: 0 }));
    expect(lineage.of(placed({ pid: 51, ppid: 1, session: 0 })).origin).toBe("unknown");
  });

  test("gives a process that is moved into its container late to that container", () => {
    const early: Row = { pid: 50 };
    const lineage = lineageWith(main, early);
    expect(lineage.of(placed(early)).main?.pid).toBe(50);
    lineage.settle(placed(exec));
    expect(lineage.of(placed(exec))).toMatchObject({ origin: "exec", first: true, main: { pid: 17 } });
  });

  test("looks again at a parent that seems to be elsewhere: the child is born where it is", () => {
    const shim: Row = { pid: 40, ppid: 3, in: "node" };
    const looked: number[] = [];
    const lineage = createLineage((pid) => {
      looked.push(pid);
      return placed(pid === 40 ? shim : { pid: 50, ppid: 40, in: "web" });
    });
    // As seen from a node that is a container, with a runtime that moves what it starts.
    for (const row of [{ pid: 3, in: "node" }, shim, { pid: 50, ppid: 40, session: 3, in: "node" }])
      lineage.add(placed(row));
    expect(looked).toEqual([]);
    lineage.add(placed({ ...child, session: 3 }));
    expect(looked).toEqual([50, 40]);
    expect(lineage.of(placed(child))).toMatchObject({ origin: "main", first: false, main: { pid: 50 } });
    expect(lineage.of(placed(exec))).toMatchObject({ origin: "main", first: true, main: { pid: 50 } });
  });

  test("takes the child of one that was moved late for its child, even if it was moved later", () => {
    const early = { ...child, in: "node" };
    const shim: Row = { pid: 40, ppid: 3, in: "node" };
    const lineage = lineageWith({ pid: 3, in: "node" }, shim, { pid: 50, ppid: 40, in: "node" }, early);
    lineage.settle(placed({ pid: 50, ppid: 40, in: "web" }));
    lineage.settle(placed(child));
    expect(lineage.of(placed(child)).origin).toBe("main");
  });

  test("keeps the child's family when it is moved after its parent has ended", () => {
    const late: Row = { pid: 18, ppid: 17 };
    const lineage = lineageWith({ pid: 17 }, late);
    lineage.settle(placed(main));
    lineage.settle(placed({ ...late, ppid: 1, in: "web" }));
    expect(lineage.of(placed({ ...late, in: "web" })).origin).toBe("main");
  });

  test("takes nobody for the main process who has been moved out of the container since", () => {
    const lineage = lineageWith({ pid: 30, in: "node" }, { pid: 40, in: "node" });
    expect(lineage.of(placed({ pid: 40, in: "node" })).main?.pid).toBe(30);
    lineage.settle(placed({ pid: 30, in: "web" }));
    expect(lineage.of(placed({ pid: 40, in: "node" })).main).toBeNull();
  });

  test("takes the older of two for the main process, in whatever order they were moved in", () => {
    const lineage = lineageWith({ pid: 17 }, exec);
    expect(lineage.of(placed(exec)).origin).toBe("main");
    lineage.settle(placed(main));
    expect(lineage.of(placed(exec)).origin).toBe("exec");
    expect(lineage.of(placed(main)).origin).toBe("main");
  });

  test("keeps to containers: a session does not make a process of one of them the other's", () => {
    const lineage = lineageWith(main, { pid: 30, in: "cache" });
    const stranger: Row = { pid: 51, ppid: 1, session: 30, in: "web" };
    lineage.add(placed(stranger));
    expect(lineage.of(placed(stranger)).origin).toBe("unknown");
  });

  test("knows nothing of sexton's own container and the pause's", () => {
    const own: Row = { pid: 7, name: "sexton", in: "sexton" };
    const lineage = lineageWith({ pid: 1, in: "?pause" }, own, { pid: 60, in: "sexton" });
    expect(lineage.of(placed({ pid: 60, in: "sexton" }))).toMatchObject({ origin: "unknown", main: null });
  });

  test("forgets with the processes: a thousand sessions are kept, and a container's last process takes it along", () => {
    const lineage = lineageWith(main);
    const sessions = Array.from({ length: 1_500 }, (_, index): Row => ({ pid: 100 + index, in: "web" }));
    for (const row of sessions) lineage.add(placed(row));
    for (const row of sessions) ended(lineage, row);
    const orphan = (session: number): Row => ({ pid: 5_000 + session, ppid: 1, session, in: "web" });
    const originOf = (row: Row) => {
      lineage.add(placed(row));
      return lineage.of(placed(row)).origin;
    };
    expect(originOf(orphan(1_599))).toBe("exec");
    expect(originOf(orphan(100))).toBe("unknown");
    // But not while there is somebody in it.
    const early: Row = { pid: 90, in: "web" };
    const inIt: Row = { pid: 91, ppid: 90, session: 90, in: "web" };
    for (const row of [early, inIt]) lineage.add(placed(row));
    ended(lineage, early);
    for (const row of sessions) lineage.add(placed(row));
    for (const row of [...sessions, inIt]) ended(lineage, row);
    expect(originOf(orphan(90))).toBe("exec");
    for (const row of [main, orphan(1_599), orphan(100), orphan(90)]) ended(lineage, row);
    // Whoever is the first in there now is its main process.
    expect(originOf({ pid: 9_000, in: "web" })).toBe("main");
  });
});
