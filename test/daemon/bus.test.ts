import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type BusLimits, createBus } from "#daemon/bus.ts";
import type { RegisterEvent } from "#process/event.ts";
import { parsePosition } from "#process/event-position.ts";

const roomy: BusLimits = { events: 10_000, bytes: 8 * 1024 * 1024 };
const sizeOf = (events: readonly RegisterEvent[]) =>
  events.reduce((sum, event) => sum + JSON.stringify(event).length, 0);
const ids = (events: readonly RegisterEvent[]) => events.map(({ id }) => id);
const emitMany = (bus: ReturnType<typeof createBus>, count: number) => {
  for (let at = 0; at < count; at++) bus.emit({ type: "process.started" });
};

describe("emit", () => {
  test("gives ids from 1 and the time, and says null for what is unknown", () => {
    const bus = createBus(() => 1_000, roomy);
    expect(bus.emit({ type: "agent.started" })).toBe(1);
    expect(bus.emit({ type: "process.exited", data: { exitCode: 7 }, cause: 1 })).toBe(2);
    expect(bus.since(0)).toEqual([
      { id: 1, time: 1_000, type: "agent.started", process: null, data: {}, trace: null, cause: null },
      { id: 2, time: 1_000, type: "process.exited", process: null, data: { exitCode: 7 }, trace: null, cause: 1 },
    ]);
  });

  const trace = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", flags: 1 };
  const other = { ...trace, spanId: "00f067aa0ba902b7" };

  test("an event has the trace of what led to it, however far back, unless it has its own", () => {
    const bus = createBus(Date.now, roomy);
    bus.emit({ type: "agent.started" });
    const sent = bus.emit({ type: "signal.sent", trace });
    const exited = bus.emit({ type: "process.exited", cause: sent });
    bus.emit({ type: "process.reaped", cause: exited });
    bus.emit({ type: "signal.sent", cause: sent, trace: other });
    bus.emit({ type: "process.started", cause: 1 });
    bus.emit({ type: "process.started", cause: 99 });
    expect(bus.since(0).map((event) => event.trace)).toEqual([null, trace, trace, trace, other, null, null]);
  });

  test("nothing is inherited from what is no longer kept", () => {
    const bus = createBus(Date.now, { ...roomy, events: 2 });
    const sent = bus.emit({ type: "signal.sent", trace });
    emitMany(bus, 1);
    bus.emit({ type: "process.exited", cause: sent });
    emitMany(bus, 1);
    bus.emit({ type: "process.exited", cause: sent });
    expect(bus.since(0).map((event) => event.trace)).toEqual([null, null]);
    // More than are moved at a time, so that places and ids are apart.
    emitMany(bus, 5_000);
    const late = bus.emit({ type: "signal.sent", trace });
    bus.emit({ type: "process.exited", cause: late });
    expect(bus.since(0).map((event) => event.trace)).toEqual([trace, trace]);
  });

  test("stays quick however many were forgotten", () => {
    const bus = createBus(Date.now, { ...roomy, events: 5_000 });
    const started = performance.now();
    emitMany(bus, 200_000);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(bus.range()).toEqual({ oldestId: 195_001, newestId: 200_000 });
  });
});

test("each run has a name of its own, which a position can be told by", () => {
  const runs = Array.from({ length: 100 }, () => createBus(Date.now).run);
  expect(new Set(runs).size).toBe(100);
  for (const run of runs) expect(parsePosition(`${run}.7`)).toEqual({ run, id: 7 });
});

describe("what is kept", () => {
  test("is nothing at first", () => {
    const bus = createBus(Date.now, roomy);
    expect(bus.range()).toEqual({ oldestId: null, newestId: null });
    expect(bus.since(0)).toEqual([]);
    expect(bus.since(99)).toEqual([]);
  });

  test("is the newest within both limits, without gaps, whatever is emitted", () => {
    const limits = fc.record({ events: fc.integer({ min: 1, max: 50 }), bytes: fc.integer({ min: 100, max: 20_000 }) });
    const sizes = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(limits, sizes, limits, (first, lengths, then) => {
        const bus = createBus(() => 0, first);
        const all: RegisterEvent[] = [];
        bus.listen((event) => all.push(event));
        const check = ({ events, bytes }: BusLimits) => {
          const kept = bus.since(0);
          expect(kept).toEqual(all.slice(all.length - kept.length));
          const newestFits = (count: number) => count <= events && sizeOf(all.slice(all.length - count)) <= bytes;
          // One that is larger than the limit all by itself is kept until the next one.
          expect(kept.length).toBeGreaterThanOrEqual(Math.min(1, all.length));
          if (kept.length > 1) expect(newestFits(kept.length)).toBe(true);
          expect(bus.range()).toEqual({ oldestId: kept[0]?.id ?? null, newestId: kept.at(-1)?.id ?? null });
          return kept.length;
        };
        for (const length of lengths) bus.emit({ type: "process.started", data: { text: "x".repeat(length) } });
        const before = check(first);
        // Nothing is forgotten before it must be.
        if (before < all.length) {
          const more = all.slice(all.length - before - 1);
          expect(more.length > first.events || sizeOf(more) > first.bytes).toBe(true);
        }
        bus.limit(then);
        check(then);
      }),
    );
  });

  test("since() is the tail, and no more than is asked for", () => {
    const bus = createBus(Date.now, { ...roomy, events: 3_000 });
    emitMany(bus, 5_000);
    expect(ids(bus.since(4_997))).toEqual([4_998, 4_999, 5_000]);
    expect(ids(bus.since(0, 2))).toEqual([2_001, 2_002]);
    expect(ids(bus.since(2_500, 1))).toEqual([2_501]);
    expect(bus.since(5_000)).toEqual([]);
    expect(bus.since(6_000)).toEqual([]);
  });
});

describe("listeners", () => {
  test("hear each event once until they leave", () => {
    const bus = createBus(Date.now, roomy);
    const heard: number[] = [];
    const leave = bus.listen(({ id }) => heard.push(id));
    emitMany(bus, 2);
    leave();
    emitMany(bus, 1);
    expect(heard).toEqual([1, 2]);
  });

  test("one that throws harms neither the others nor the emitter", () => {
    const faults: unknown[] = [];
    const bus = createBus(Date.now, roomy, (cause) => faults.push(cause));
    const heard: number[] = [];
    bus.listen(() => {
      throw new Error("mine");
    });
    bus.listen(({ id }) => heard.push(id));
    expect(bus.emit({ type: "agent.started" })).toBe(1);
    expect(heard).toEqual([1]);
    expect(faults).toEqual([new Error("mine")]);
  });

  test("what a listener emits comes after what it heard, for the others too", () => {
    const bus = createBus(Date.now, roomy);
    const heard: number[] = [];
    bus.listen(({ id }) => {
      if (id === 1) expect(bus.emit({ type: "process.exited", cause: id })).toBe(2);
    });
    bus.listen(({ id }) => heard.push(id));
    bus.emit({ type: "process.started" });
    expect(heard).toEqual([1, 2]);
  });
});
