import { describe, expect, test } from "bun:test";
import { createLineage, lineageOf, type Origin, oldestFirst } from "#process/lineage.ts";
import type { Process } from "#process/process.ts";
import { findStrays } from "#process/stray.ts";
import type { ProcessTable } from "#process/table.ts";
import { podOf, type Row, tableOf } from "../support/processes.ts";

/** `pid reason root`, a stray each; with `tty` where somebody may be using it. */
const strays = (table: ProcessTable, lineage = lineageOf(table)) =>
  [...findStrays(table, lineage)].map(([pid, { reason, root, interactive }]) =>
    [pid, reason, root.pid, ...(interactive ? ["tty"] : [])].join(" "),
  );
const at = (table: ProcessTable, pid: number) => table.byPid.get(pid) as Process;

const main: Row = { pid: 17, in: "web" };
/** An orphan, in the session of the main process unless told otherwise. */
const orphan: Row = { pid: 50, ppid: 1, session: 17, in: "web" };

/** What is known when those of `born` were seen, in that order, and all that are not in `table` have ended since. */
function seen(born: readonly Row[], table: ProcessTable) {
  const lineage = createLineage();
  for (const process of podOf(...born).processes) lineage.add(process);
  for (const { pid, startTicks } of podOf(...born).processes) {
    if (at(table, pid)?.startTicks === startTicks) continue;
    lineage.ended({ pid, startTicks });
    lineage.remove({ pid, startTicks });
  }
  for (const process of oldestFirst(table.processes)) lineage.add(process);
  return lineage;
}

describe("findStrays()", () => {
  test.each<[string, Row[], string[]]>([
    ["the main process and its children", [{ pid: 18, ppid: 17, session: 17, in: "web" }], []],
    ["a child with a session of its own", [{ pid: 18, ppid: 17, in: "web" }], []],
    ["what an exec put beside the main process", [{ pid: 50, in: "web" }], ["50 exec-session 50"]],
    [
      "what descends from it, with sessions of their own too",
      [
        { pid: 50, in: "web" },
        { pid: 51, ppid: 50, session: 50, in: "web" },
        { pid: 52, ppid: 51, in: "web" },
      ],
      ["50 exec-session 50", "51 exec-session 50", "52 exec-session 50"],
    ],
    ["an exec with a terminal", [{ pid: 50, terminal: true, in: "web" }], ["50 exec-session 50 tty"]],
    ["an exec that has ended", [{ pid: 50, in: "web", state: "zombie" }], []],
    [
      "an orphan of an exec that goes on",
      [
        { pid: 50, in: "web" },
        { pid: 52, ppid: 1, session: 50, in: "web" },
      ],
      ["50 exec-session 50", "52 orphan 52"],
    ],
    ["an orphan of the main process's session", [orphan], ["50 orphan 50"]],
    ["an orphan's children", [orphan, { pid: 51, ppid: 50, session: 17, in: "web" }], ["50 orphan 50", "51 orphan 50"]],
    ["an orphan whose session nobody saw begin", [{ ...orphan, session: 48 }], ["50 orphan 50"]],
    ["one that leads a session, of nobody knows whom", [{ ...orphan, session: 50 }], []],
    ["an orphan in a session of outside, as crun leaves it", [{ ...orphan, session: 0 }], ["50 orphan 50"]],
    ["an orphan that has ended", [{ ...orphan, state: "zombie" }], []],
    [
      "an orphan of another container's main process",
      [
        { pid: 30, in: "cache" },
        { pid: 50, ppid: 1, session: 30, in: "cache" },
      ],
      ["50 orphan 50"],
    ],
    ["an exec into sexton's container", [{ pid: 50, in: "sexton" }], []],
    [
      "what it has put into another container, where that has a life of its own",
      [
        { pid: 50, in: "web" },
        { pid: 51, ppid: 50, session: 50, in: "cache" },
      ],
      ["50 exec-session 50"],
    ],
    ["what is beside the pause", [{ pid: 50, in: "?pause" }], []],
    [
      "an exec of a container whose main process is ending",
      [
        { pid: 17, in: "web", state: "zombie" },
        { pid: 50, in: "web" },
      ],
      ["50 exec-session 50"],
    ],
    [
      "an exec with a pid below the main process's, when the pids have gone round",
      [
        { pid: 17, in: "web", startTicks: 500 },
        { pid: 5, in: "web", startTicks: 9_000 },
      ],
      ["5 exec-session 5"],
    ],
  ])("tells %s", (_, rows, expected) => {
    expect(strays(podOf(...(rows.some(({ pid }) => pid === 17) ? [] : [main]), ...rows))).toEqual(expected);
  });

  test("finds none where no container can be told apart, but orphans of an app that was seen", () => {
    const rows: Row[] = [
      { pid: 1, name: "pause" },
      { pid: 7, name: "sexton" },
      { pid: 17, name: "nginx" },
      { pid: 30, name: "redis" },
      { pid: 40, name: "helper", ppid: 1, session: 1 },
      { pid: 41, name: "unseen", ppid: 1, session: 39 },
      { pid: 42, name: "own", ppid: 1, session: 7 },
      { pid: 43, name: "left", ppid: 1, session: 17 },
      { pid: 44, name: "daemon", ppid: 1 },
    ];
    expect(strays(tableOf(rows))).toEqual(["43 orphan 43"]);
    expect(strays(tableOf(rows, { initialNamespace: true }))).toEqual([]);
  });

  test("sees the same from the node, where the pause and main processes have parents", () => {
    const rows: Row[] = [
      { pid: 1, name: "systemd" },
      { pid: 400, name: "containerd-shim", ppid: 1, session: 400 },
      { pid: 401, name: "pause", ppid: 400, in: "?pause" },
      { pid: 402, name: "nginx", ppid: 400, in: "web" },
      { pid: 403, name: "nginx", ppid: 402, session: 402, in: "web" },
      { pid: 500, name: "probe", ppid: 400, in: "web" },
      { pid: 501, name: "left", ppid: 401, session: 402, in: "web" },
      // Of a container without a PID namespace: the machine's init has taken it over.
      { pid: 502, name: "left", ppid: 1, session: 402, in: "web" },
      // In a PID namespace of its own, the main process is who takes orphans over.
      { pid: 600, name: "redis", ppid: 400, in: "cache" },
      { pid: 601, name: "probe", ppid: 400, in: "cache" },
      { pid: 602, name: "left", ppid: 600, session: 601, in: "cache" },
      { pid: 603, name: "child", ppid: 600, session: 600, in: "cache" },
    ];
    expect(strays(tableOf(rows, { selfPid: 900, initialNamespace: true }))).toEqual([
      "500 exec-session 500",
      "501 orphan 501",
      "502 orphan 502",
      "601 exec-session 601",
      "602 orphan 602",
    ]);
  });
});

describe("with what was seen before", () => {
  const exec: Row = { pid: 48, in: "web" };
  const helper: Row = { pid: 49, ppid: 17, session: 17, in: "web" };

  test.each<[string, Row[], Row, string[], Origin]>([
    [
      "a child that an exec left",
      [exec, { ...orphan, ppid: 48, session: 48 }],
      { ...orphan, session: 48 },
      ["50 orphan 50"],
      "exec",
    ],
    [
      "one that an exec left as a daemon",
      [exec, { ...orphan, ppid: 48, session: 48 }],
      { ...orphan, session: 50 },
      ["50 orphan 50"],
      "exec",
    ],
    [
      "one of an exec that was seen only when that had ended",
      [exec],
      { ...orphan, session: 48 },
      ["50 orphan 50"],
      "exec",
    ],
    ["the main process's daemon", [helper, { ...orphan, ppid: 49 }], { ...orphan, session: 50 }, [], "main"],
    [
      "a daemon by two forks, whose session's leader has ended",
      [helper, { ...orphan, ppid: 49, session: 49 }],
      { ...orphan, session: 49 },
      [],
      "main",
    ],
    [
      "a helper's child that did not become a daemon",
      [helper, { ...orphan, ppid: 49 }],
      orphan,
      ["50 orphan 50"],
      "main",
    ],
    [
      "an exec's orphan with a terminal of its session, which goes on",
      [exec, { ...orphan, ppid: 48, session: 48 }],
      { ...orphan, session: 48, terminal: true },
      ["50 orphan 50 tty"],
      "exec",
    ],
  ])("tells %s", (_, born, left, expected, origin) => {
    const table = podOf(main, left);
    const lineage = seen([main, ...born], table);
    expect(strays(table, lineage)).toEqual(expected);
    expect(lineage.of(at(table, 50)).origin).toBe(origin);
  });

  test("the main process stays the main one when an exec outlives it", () => {
    const table = podOf({ ...exec });
    expect(strays(table, seen([main, exec], table))).toEqual(["48 exec-session 48"]);
  });

  test("a terminal of the container itself says nothing of a session", () => {
    const table = podOf({ ...main, terminal: true }, { ...orphan, terminal: true });
    expect(strays(table)).toEqual(["50 orphan 50"]);
  });
});
