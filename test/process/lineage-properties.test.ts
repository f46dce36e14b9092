import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createLineage, type Origin } from "#process/lineage.ts";
import type { Process } from "#process/process.ts";
import { podOf, type Row } from "../support/processes.ts";

const placed = (row: Row) => podOf(row).processes.at(-1) as Process;

/** A process of a made-up pod, with what is true of it. */
interface Being {
  readonly pid: number;
  ppid: number;
  session: number;
  readonly origin: Origin;
  seen: boolean;
}

/** What may happen next; `who` chooses among the living. */
const happening = fc.record({
  what: fc.constantFrom("fork", "fork", "exec", "exec-outside", "setsid", "exit", "look"),
  who: fc.nat(),
});

/** Plays what happens in a container. A process is seen by a look, if it lives until then; `each` looks all the time. */
function play(happenings: readonly { what: string; who: number }[], each: boolean) {
  const lineage = createLineage();
  let living: Being[] = [{ pid: 17, ppid: 0, session: 17, origin: "main", seen: false }];
  let lastPid = 17;
  const rowOf = ({ pid, ppid, session }: Being): Row => ({ pid, ppid, session, in: "web" });
  const look = () => {
    for (const being of living) {
      if (being.seen) lineage.settle(placed(rowOf(being)));
      else lineage.add(placed(rowOf(being)));
      being.seen = true;
    }
  };
  const born = (being: Omit<Being, "pid" | "seen">) => living.push({ ...being, pid: lastPid, seen: false });
  look();
  for (const { what, who } of happenings) {
    const being = living[who % living.length] as Being;
    lastPid++;
    if (what === "fork") born({ ppid: being.pid, session: being.session, origin: being.origin });
    else if (what === "exec") born({ ppid: 0, session: lastPid, origin: "exec" });
    else if (what === "exec-outside") born({ ppid: 0, session: 0, origin: "exec" });
    else if (what === "setsid") being.session = being.pid;
    else if (what === "exit" && being.pid !== 17) {
      living = living.filter((other) => other !== being);
      for (const other of living) if (other.ppid === being.pid) other.ppid = 1;
      if (being.seen) lineage.ended(placed(rowOf(being)));
      if (being.seen) lineage.remove(placed(rowOf(being)));
    }
    if (each || what === "look") look();
  }
  look();
  return living.map((being) => ({ ...being, found: lineage.of(placed(rowOf(being))).origin }));
}

describe("whatever happens in a container", () => {
  const happenings = fc.array(happening, { maxLength: 60 });

  test("whoever was seen from birth has a known origin, and the right one", () => {
    fc.assert(
      fc.property(happenings, (given) => {
        for (const { origin, found } of play(given, true)) expect(found).toBe(origin);
      }),
      { numRuns: 300 },
    );
  });

  test("whoever was seen late has the right one or none", () => {
    fc.assert(
      fc.property(happenings, (given) => {
        for (const { origin, found } of play(given, false)) expect([origin, "unknown"]).toContain(found);
      }),
      { numRuns: 300 },
    );
  });
});
