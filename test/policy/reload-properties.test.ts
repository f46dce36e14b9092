import { expect, test } from "bun:test";
import fc from "fast-check";
import { after, happening, others, runs, script, settings, write } from "./reload-scripts.ts";
import { type Happening, isInvalid, play } from "./reload-world.ts";

/** Reloads that were made once more, and were disturbed again: that is as often as it is done. */
const isExcused = ({ starts, notices }: ReturnType<typeof play>) =>
  starts.some(
    ({ again, at, endedAt }) => again && notices.some((notice) => notice >= at - 40 && notice <= endedAt + 15),
  );

test("the last change is never lost", () => {
  fc.assert(
    fc.property(script(happening), (script) => {
      const world = play(script);
      const { content } = world.files;
      if (isInvalid(content)) return;
      expect(world.state).toMatchObject({ job: null, running: null, notices: null, requested: false });
      expect(world.state.applied).toBe(content);
      if (!isExcused(world)) expect(world.app.has).toBe(content);
    }),
    runs,
  );
}, 60_000);

test("nor when notices are lost, and a rescan finds it", () => {
  const unheard = write.map((write): Happening => ({ ...write, heardAfter: null }));
  fc.assert(
    fc.property(script(fc.oneof(unheard, write, ...others)), (script) => {
      const { state, files } = play(script);
      if (!isInvalid(files.content)) expect(state.applied).toBe(files.content);
    }),
    runs,
  );
}, 60_000);

test("nor when the app is not there for a while, or restarts by itself", () => {
  const restart = fc.record({ kind: fc.constant("restart" as const), after });
  fc.assert(
    fc.property(script(fc.oneof(write, write, restart, ...others)), (script) => {
      const world = play(script);
      const { content } = world.files;
      if (isInvalid(content)) return;
      expect(world.state.applied).toBe(content);
    }),
    runs,
  );
}, 60_000);

test("there is never a reload without a change, a request or a retry, and never two at once", () => {
  fc.assert(
    fc.property(script(happening), (script) => {
      const { starts, faults, writes } = play(script);
      expect(faults).toEqual([]);
      let last = { hash: "a", status: "confirmed", endedAt: 0, at: 0 };
      for (const start of starts) {
        if (start.reason === "change") {
          // Something was written since what the app has was read.
          expect(writes.some(({ at }) => at >= last.at - 40 && at <= start.at)).toBe(true);
          const isOther = start.hash !== last.hash || last.status !== "confirmed" || start.again;
          if (script.settings.retry.on === "unconfirmed") expect(isOther || writes.length > 1).toBe(true);
        }
        if (start.reason === "retry") {
          expect(start.attempt).toBeGreaterThan(1);
          expect(["failed", "refused", "unconfirmed"]).toContain(last.status);
        }
        if (start.reason === "start") expect(start.at - (writes[0]?.at ?? start.at)).toBeGreaterThanOrEqual(0);
        last = start;
      }
    }),
    runs,
  );
}, 60_000);

test("notices of what has not changed start nothing", () => {
  const quiet = fc.record({ kind: fc.constantFrom("touch", "rescan", "release"), after }) as fc.Arbitrary<Happening>;
  fc.assert(
    fc.property(script(quiet), (script) => {
      expect(play(script).starts).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
}, 60_000);

test("it is never sooner than quiet, spacing, splay, back-off and holds allow", () => {
  fc.assert(
    fc.property(script(happening, [false]), (script) => {
      const { settings } = script;
      const { starts, notices } = play(script);
      const told: typeof starts = [];
      for (const start of starts) {
        const { at, reason, before, status } = start;
        if (reason !== "request") {
          expect(before.heldUntil ?? 0).toBeLessThanOrEqual(at);
          const previous = told.at(-1);
          if (previous) expect(at - previous.at).toBeGreaterThanOrEqual(settings.minSpacingMs);
          const since = starts[starts.indexOf(start) - 1];
          if (reason === "retry" && since) {
            const pause = Math.min(settings.retry.leastMs * 2 ** (since.attempt - 1), settings.retry.mostMs);
            expect(at - since.endedAt).toBeGreaterThanOrEqual(pause);
          }
          // Quiet, or a burst that has lasted for as long as it may.
          const looked = since?.before.reading?.at ?? -1e9;
          const heard = notices.filter((at) => at >= looked && at < (before.reading?.at ?? 0)).reverse();
          const breakAt = heard.findIndex(
            (notice, index) => notice - (heard[index + 1] ?? -1e9) > settings.settleMs + 50,
          );
          const quiet = at - (heard[0] ?? -1e9) >= settings.settleMs;
          // What a reading has found by itself began a moment before it was heard of.
          const forced = at - (heard[breakAt] ?? 0) >= settings.settleMostMs - 50;
          expect(quiet || forced).toBe(true);
        }
        if (status !== "rejected" && status !== "no-target") told.push(start);
      }
    }),
    runs,
  );
}, 60_000);

test("and no later: a change in quiet times is reloaded within settle, splay and spacing", () => {
  const bursts = fc.record({
    settings,
    gaps: fc.array(fc.nat({ max: 900 }), { minLength: 1, maxLength: 30 }),
    previous: fc.boolean(),
  });
  fc.assert(
    fc.property(bursts, ({ settings, gaps, previous }) => {
      const happenings: Happening[] = gaps.map((after, index) => ({
        kind: "write",
        after: index === 0 ? 20_000 : after,
        content: `b${index}`,
        heardAfter: 0,
      }));
      const first: Happening[] = previous ? [{ kind: "write", after: 0, content: "p", heardAfter: 0 }] : [];
      const { starts, writes } = play({ settings, happenings: [...first, ...happenings], readings: [], runs: [] });
      const from = writes[previous ? 1 : 0]?.at as number;
      const start = starts.find(({ at }) => at >= from);
      const newer = settings.delayMs > 0 ? settings.settleMostMs : 0;
      const most = Math.max(settings.settleMostMs, settings.settleMs) + settings.delayMs + newer;
      expect((start?.at ?? Number.POSITIVE_INFINITY) - from).toBeLessThanOrEqual(most + 10);
    }),
    runs,
  );
}, 60_000);
