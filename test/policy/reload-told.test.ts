import { expect, test } from "bun:test";
import fc from "fast-check";
import { happening, runs, script, settings } from "./reload-scripts.ts";
import { type Happening, play } from "./reload-world.ts";

test("the proof of the one before keeps no change waiting, only its telling does", () => {
  const waits = fc.record({
    settings,
    waitMs: fc.integer({ min: 15_000, max: 600_000 }),
    tellingMs: fc.nat({ max: 2_000 }),
    status: fc.constantFrom("unconfirmed" as const, "failed" as const),
    after: fc.integer({ min: 6_000, max: 10_000 }),
  });
  fc.assert(
    fc.property(waits, ({ settings, waitMs, tellingMs, status, after }) => {
      const happenings: Happening[] = ["b", "c"].map((content, index) => ({
        kind: "write",
        after: index === 0 ? 0 : after,
        content,
        heardAfter: 0,
      }));
      const run = { ms: waitMs, tellingMs, readsAt: 0, status };
      const { starts, writes, faults, app } = play({ settings, happenings, readings: [], runs: [run] });
      const written = writes[1]?.at as number;
      expect(starts[0]).toMatchObject({ hash: "b", status: "superseded" });
      expect(starts[1]).toMatchObject({ hash: "c", reason: "change", attempt: 1 });
      const told = (starts[0]?.at as number) + tellingMs;
      const due = Math.max(written + settings.settleMs + settings.delayMs, told);
      expect((starts[1]?.at as number) - due).toBeLessThanOrEqual(10);
      expect({ faults, has: app.has }).toEqual({ faults: [], has: "c" });
    }),
    { numRuns: 2_000 },
  );
}, 60_000);

test("what is superseded has a newer change behind it, which is the next to be reloaded", () => {
  fc.assert(
    fc.property(script(happening), (script) => {
      const { starts, writes } = play(script);
      for (const [index, { status, at, endedAt }] of starts.entries()) {
        if (status !== "superseded") continue;
        // What was read for it was written a moment before.
        expect(writes.some((write) => write.at >= at - 40 && write.at <= endedAt)).toBe(true);
        expect(["change", "request"]).toContain(starts[index + 1]?.reason as string);
      }
    }),
    runs,
  );
}, 60_000);

test("what was refused has told nobody anything: a return to what the app has needs no reload, after a failure it does", () => {
  const returns = fc.record({
    settings,
    status: fc.constantFrom("refused" as const, "failed" as const),
    after: fc.integer({ min: 5_000, max: 90_000 }),
  });
  fc.assert(
    fc.property(returns, ({ settings, status, after }) => {
      const happenings: Happening[] = [
        { kind: "write", after: 0, content: "b", heardAfter: 0 },
        { kind: "write", after, content: "a", heardAfter: 0 },
      ];
      const run = { ms: 5, readsAt: 0, status };
      const { starts, writes, state } = play({ settings, happenings, readings: [], runs: Array(4).fill(run) });
      const back = writes[1]?.at as number;
      // What runs at that moment may have been read by an app that was told of it after all.
      fc.pre(starts.every(({ at, endedAt }) => back < at - 10 || back > endedAt + 500));
      const later = starts.filter(({ at, hash }) => at > back && hash === "a");
      const hasTaken = starts.some(({ at, status }) => at < back && status === "confirmed");
      expect(later.length > 0).toBe(status === "failed" || hasTaken);
      expect(state).toMatchObject({ applied: "a", job: null, tainted: false });
    }),
    { numRuns: 2_000 },
  );
}, 60_000);
