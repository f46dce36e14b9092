import { beforeEach, describe, expect, test } from "bun:test";
import { type Bus, createBus } from "#daemon/bus.ts";
import { eventProcess } from "#daemon/watch/register.ts";
import { createGraves, type Grave } from "#daemon/zombies/graves.ts";
import type { EventType, RegisterEvent } from "#process/event.ts";
import { processOf } from "../../support/dead.ts";

let now: number;
let bus: Bus;
let graves: ReturnType<typeof createGraves>;
const buried: Grave[] = [];
const collected: [Grave, RegisterEvent][] = [];

beforeEach(() => {
  buried.length = collected.length = 0;
  now = 1_000;
  bus = createBus(() => now);
  graves = createGraves(bus, {
    onBurial: (grave) => void buried.push(grave),
    onCollected: (...told) => void collected.push(told),
  });
});

const child = processOf({ pid: 31, name: "child", startTicks: 500 });
const tell = (type: EventType & `process.${string}`, process = child, data = {}) =>
  bus.emit({ type, process: eventProcess(process), data });
const exit = { exitCode: 7, signal: null, coreDumped: false };

describe("graves", () => {
  test("open with the end of a process, and know when and how that was", () => {
    tell("process.exited", child, { ...exit, runSeconds: 3 });
    const grave = graves.of(child, 5_000);
    expect(grave).toMatchObject({ pid: 31, startTicks: 500, since: 1_000, sinceIsExact: true, exit, detected: null });
    expect(Object.keys(grave.exit ?? {})).toEqual(["exitCode", "signal", "coreDumped"]);
    expect(buried).toEqual([grave]);
    expect(graves.size).toBe(1);
  });

  test("close when it is collected, which is told afterwards", () => {
    tell("process.exited", child, exit);
    const grave = graves.of(child, now);
    const id = tell("process.reaped", child, exit);
    expect(graves.size).toBe(0);
    expect(graves.known(child)).toBeNull();
    expect(collected).toHaveLength(1);
    expect(collected[0]?.[0]).toBe(grave);
    expect(collected[0]?.[1].id).toBe(id);
  });

  test("open when a zombie is found whose end nobody saw, at that moment", () => {
    expect(graves.known(child)).toBeNull();
    const grave = graves.of(child, 2_000);
    expect(grave).toMatchObject({ since: 2_000, sinceIsExact: false, exit: null });
    expect(graves.of(child, 9_000)).toBe(grave);
    expect(graves.known(child)).toBe(grave);
    expect(buried).toEqual([]);
  });

  test("stay what they are when the end is heard of after a scan has found it", () => {
    now = 3_000;
    const grave = graves.of(child, 2_990);
    grave.detected = 42;
    tell("process.exited", child, exit);
    expect(graves.of(child, now)).toBe(grave);
    expect(grave).toMatchObject({ since: 3_000, sinceIsExact: true, exit, detected: 42 });
  });

  test("are of one process each, whatever has the pid later", () => {
    tell("process.exited", child, exit);
    const later = { ...child, startTicks: 900 };
    expect(graves.known(later)).toBeNull();
    tell("process.reaped", later);
    expect(graves.size).toBe(1);
    expect(collected).toEqual([]);
    expect(graves.of(later, 7_000)).toMatchObject({ startTicks: 900, since: 7_000 });
    expect(graves.size).toBe(1);
  });

  test("do not care for what else the register tells", () => {
    tell("process.started");
    tell("process.execed");
    bus.emit({ type: "signal.sent", process: eventProcess(child), data: {} });
    bus.emit({ type: "agent.started" });
    tell("process.reaped");
    expect([graves.size, buried.length, collected.length]).toEqual([0, 0, 0]);
    graves.of(child, now);
    tell("process.stray");
    expect([graves.size, collected.length]).toEqual([1, 0]);
  });

  test("end with stop", () => {
    graves.stop();
    tell("process.exited", child, exit);
    expect(graves.size).toBe(0);
  });
});
