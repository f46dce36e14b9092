import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { lineageOf, oldestFirst } from "#process/lineage.ts";
import type { Process } from "#process/process.ts";
import { findStrays } from "#process/stray.ts";
import type { ProcessTable } from "#process/table.ts";
import { podOf, type Row } from "../support/processes.ts";

const at = (table: ProcessTable, pid: number) => table.byPid.get(pid) as Process;

/** Any pod: each process the child of an older one, of pid 1 or of the runtime, in a session that it may have. */
const anyPod = fc
  .array(
    fc.record({
      parent: fc.nat(),
      place: fc.constantFrom("child", "child", "child", "orphan", "runtime"),
      session: fc.constantFrom("inherited", "own", "outside", "gone"),
      container: fc.constantFrom("web", "cache", "sexton"),
      terminal: fc.boolean(),
      state: fc.constantFrom<NonNullable<Row["state"]>>("sleeping", "sleeping", "zombie"),
    }),
    { maxLength: 25 },
  )
  .map((choices) => {
    const rows: Row[] = [];
    for (const [index, { parent, place, session, container, ...rest }] of choices.entries()) {
      const pid = 20 + index;
      const above = rows.length > 0 && place === "child" ? (rows[parent % rows.length] as Row) : null;
      const ids = { own: pid, outside: 0, gone: 15, inherited: above?.session ?? pid };
      const ppid = above?.pid ?? (place === "orphan" ? 1 : 0);
      rows.push({ pid, ppid, session: ids[session], in: above?.in ?? container, ...rest });
    }
    return podOf(...rows);
  });

describe("in any pod", () => {
  test("a stray lives, is of an app, and is neither a main process nor below one by living parents", () => {
    fc.assert(
      fc.property(anyPod, (table) => {
        const mains = new Map<string, Process>();
        for (const process of oldestFirst(table.processes)) {
          const key = process.container?.key ?? "";
          if (process.ppid === 0 && !mains.has(key)) mains.set(key, process);
        }
        const below = new Set([...mains.values()].map(({ pid }) => pid));
        for (const { pid, ppid } of table.processes) if (below.has(ppid) && ppid !== 1) below.add(pid);
        for (const [pid, { root }] of findStrays(table)) {
          expect(at(table, pid)).toMatchObject({ role: "app", state: "sleeping" });
          // The sessions of these pods are made up, so who is below the main process may be in an exec's.
          if (lineageOf(table).of(at(table, pid)).origin !== "exec") expect(below).not.toContain(pid);
          expect(findStrays(table).get(root.pid)?.root.pid).toBe(root.pid);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("a root beside the main process is a stray, and so are all who descend from it", () => {
    fc.assert(
      fc.property(anyPod, (table) => {
        const found = findStrays(table);
        for (const { pid, ppid, state, container } of table.processes) {
          const parent = found.get(ppid);
          if (!parent || state === "zombie" || at(table, ppid).container?.key !== container?.key) continue;
          expect(found.get(pid)?.reason).toBeDefined();
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
