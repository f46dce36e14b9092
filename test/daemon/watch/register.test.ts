import { beforeEach, describe, expect, test } from "bun:test";
import { createBus } from "#daemon/bus.ts";
import { createCauses } from "#daemon/causes.ts";
import type { OomCounters } from "#daemon/containers/oom.ts";
import { createRegister, type Register } from "#daemon/watch/register.ts";
import { createTracker } from "#daemon/watch/tracker.ts";
import { denied, gone, type Unread, unavailable } from "#kernel/procfs/read.ts";
import { type ProcRoot, procRoot } from "#kernel/procfs/root.ts";
import type { RegisterEvent } from "#process/event.ts";
import type { Process } from "#process/process.ts";
import { podOf, type Row, tableOf } from "../../support/processes.ts";

const events: RegisterEvent[] = [];
let oomKills = 0;
const endings: number[] = [];
let register: Register;
const process = (row: Row): Process => tableOf([row]).byPid.get(row.pid) as Process;
const told = () => events.map((event) => `${event.type} ${event.process?.id}`);

beforeEach(() => {
  events.length = 0;
  const bus = createBus(Date.now);
  bus.listen((event) => void events.push(event));
  oomKills = 0;
  endings.length = 0;
  const oom: OomCounters = {
    look() {},
    ending: ({ pid }) => void endings.push(pid),
    ended: (_, end, isLast) =>
      (end === "killed" || (end === "unknown" && isLast())) && oomKills-- > 0
        ? { probableOomKill: true, containerOomKills: 1 }
        : null,
    forget() {},
    close() {},
  };
  register = createRegister({ bus, causes: createCauses(), oom, clock: Date.now, gone() {} });
});

interface OomCase {
  readonly title: string;
  /** At the exit and at the collection. */
  readonly statuses: readonly [number | null, number | null];
  /** It is the only process of its container. */
  readonly alone: boolean;
  readonly told: readonly string[];
}

describe("the register", () => {
  test("tells the end of whoever had a pid before the birth of whoever has it now", () => {
    register.born(process({ pid: 50, startTicks: 100 }));
    register.born(process({ pid: 50, startTicks: 200 }));
    expect(told()).toEqual([
      "process.started 50-100",
      "process.exited 50-100",
      "process.reaped 50-100",
      "process.started 50-200",
    ]);
  });

  test("tells each thing once, and the exit code from whichever told it", () => {
    const child = process({ pid: 50 });
    register.born(child);
    register.born(child);
    register.exited(child, 7 << 8);
    register.exited(child, null);
    register.collected(child, null);
    register.collected(child, null);
    expect(told()).toEqual(["process.started 50-5000", "process.exited 50-5000", "process.reaped 50-5000"]);
    expect(events.at(-1)?.data).toMatchObject({ exitCode: 7 });
    // A collection is what an end has led to.
    expect(events.at(-1)?.cause).toBe(events.at(-2)?.id as number);
  });

  const oomCases: readonly OomCase[] = [
    { title: "with the exit", statuses: [9, null], alone: true, told: ["process.exited", "container.exited"] },
    { title: "not with another end", statuses: [7 << 8, null], alone: true, told: [] },
    {
      title: "with the exit of the last that nobody knows of",
      statuses: [null, null],
      alone: true,
      told: ["process.exited", "container.exited"],
    },
    { title: "not while others are left, who may be meant", statuses: [null, null], alone: false, told: [] },
    {
      title: "with the collection where that tells the signal",
      statuses: [null, 9],
      alone: false,
      told: ["process.reaped", "container.exited"],
    },
    {
      title: "no longer when the collection tells another end",
      statuses: [null, 15],
      alone: true,
      told: ["process.exited"],
    },
    {
      title: "with all three",
      statuses: [null, 9],
      alone: true,
      told: ["process.exited", "process.reaped", "container.exited"],
    },
  ];
  test.each(oomCases)("tells an OOM kill $title", ({ statuses: [atExit, atCollection], alone, told }) => {
    oomKills = 1;
    const rows: Row[] = [{ pid: 50, in: "web" }, ...(alone ? [] : [{ pid: 51, ppid: 50, in: "web" }])];
    const { byPid } = podOf(...rows);
    const [main, other] = [byPid.get(50) as Process, byPid.get(51)];
    for (const process of other ? [main, other] : [main]) register.born(process);
    register.exited(main, atExit);
    register.collected(main, atCollection);
    oomKills = 0;
    if (other) register.collected(other, 0);
    const types: string[] = events.filter(({ data }) => data["probableOomKill"]).map(({ type }) => type);
    expect(types).toEqual([...told]);
  });

  test("tells the end of a container with the exit of its main process as the cause", () => {
    const main = podOf({ pid: 50, in: "web" }).byPid.get(50) as Process;
    register.born(main);
    register.exited(main, 7 << 8);
    register.collected(main, null);
    const [exited] = events.filter(({ type }) => type === "process.exited");
    expect(events.at(-1)).toMatchObject({ type: "container.exited", data: { exitCode: 7 }, cause: exited?.id });
  });

  test("tells of a zombie that was there before its collection only", () => {
    const zombie = process({ pid: 50, state: "zombie" });
    register.adopt(zombie);
    register.exited(zombie, 0);
    register.collected(zombie, null);
    expect(told()).toEqual(["process.reaped 50-5000"]);
  });
});

describe("the tracker, without pidfds", () => {
  /** A /proc in which every stat answers `answer`. */
  const rootOf = (answer: Unread): ProcRoot => ({ ...procRoot("test/fixtures"), read: () => answer });
  const follow = (answer: Unread) => {
    const tracker = createTracker(rootOf(answer), Date.now, register);
    const child = process({ pid: 50 });
    register.adopt(child);
    tracker.track(child, null);
    tracker.sweep();
    tracker.check(child);
  };

  test("has the OOM counter read when an end is seen, before it is known which", () => {
    const fields = [50, "(app)", "Z", ...Array(16).fill(0), 1, 0, 5_000, ...Array(30).fill(0)];
    const stat = Buffer.from(`${fields.join(" ")}\n`);
    const tracker = createTracker(
      { ...procRoot("test/fixtures"), read: () => stat, readLink: () => denied },
      () => 0,
      register,
    );
    const child = process({ pid: 50 });
    register.adopt(child);
    tracker.track(child, null);
    tracker.sweep();
    expect({ endings, told: told() }).toEqual({ endings: [50], told: [] });
    tracker.tick(1_000);
    expect(told()).toEqual(["process.exited 50-5000"]);
  });

  test("does not take for gone what cannot be read for a moment", () => {
    follow(unavailable);
    expect(told()).toEqual([]);
  });

  test("takes for gone what is gone", () => {
    follow(gone);
    expect(told()).toEqual(["process.exited 50-5000", "process.reaped 50-5000"]);
  });
});
