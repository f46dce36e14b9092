import { beforeEach, describe, expect, test } from "bun:test";
import { createBus } from "#daemon/bus.ts";
import { createCauses } from "#daemon/causes.ts";
import { createRegister, type Register } from "#daemon/register.ts";
import { createTracker } from "#daemon/tracker.ts";
import { gone, type Unread, unavailable } from "#kernel/procfs/read.ts";
import { type ProcRoot, procRoot } from "#kernel/procfs/root.ts";
import type { RegisterEvent } from "#process/event.ts";
import type { Process } from "#process/process.ts";
import { type Row, tableOf } from "../support/processes.ts";

const events: RegisterEvent[] = [];
let register: Register;
const process = (row: Row): Process => tableOf([row]).byPid.get(row.pid) as Process;
const told = () => events.map((event) => `${event.type} ${event.process?.id}`);

beforeEach(() => {
  events.length = 0;
  const bus = createBus(Date.now);
  bus.listen((event) => void events.push(event));
  const oom = { learn() {}, moved: () => false, forget() {} };
  register = createRegister({ bus, causes: createCauses(), oom, clock: Date.now, gone() {} });
});

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

  test("does not take for gone what cannot be read for a moment", () => {
    follow(unavailable);
    expect(told()).toEqual([]);
  });

  test("takes for gone what is gone", () => {
    follow(gone);
    expect(told()).toEqual(["process.exited 50-5000", "process.reaped 50-5000"]);
  });
});
