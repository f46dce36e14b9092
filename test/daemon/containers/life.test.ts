import { beforeEach, describe, expect, test } from "bun:test";
import { createBus } from "#daemon/bus.ts";
import { type ContainerLife, createContainerLife } from "#daemon/containers/life.ts";
import type { RegisterEvent } from "#process/event.ts";
import type { Process } from "#process/process.ts";
import { hexId, podOf, type Row } from "../../support/processes.ts";

const events: RegisterEvent[] = [];
let life: ContainerLife;
const process = (row: Row): Process => podOf(row).byPid.get(row.pid) as Process;
const told = () => events.map(({ type, data }) => `${type} ${(data["container"] as { name: string }).name}`);
const ended = { exitCode: 3, signal: null, coreDumped: false };

beforeEach(() => {
  events.length = 0;
  const bus = createBus(Date.now);
  bus.listen((event) => void events.push(event));
  life = createContainerLife(bus, { look() {}, ending() {}, ended: () => null, forget() {}, close() {} });
});

describe("a container's life", () => {
  test("begins with its first process and ends with its last, as its main process did", () => {
    const [main, worker] = [process({ pid: 17, in: "web" }), process({ pid: 18, ppid: 17, in: "web" })];
    life.join(main, 7);
    life.join(worker, null);
    life.exited(worker, { exitCode: null, signal: "SIGSEGV", coreDumped: false }, 11);
    life.leave(worker);
    life.exited(main, ended, 12);
    life.leave(main);
    expect(told()).toEqual(["container.started web", "container.exited web"]);
    expect(events[0]).toMatchObject({
      cause: 7,
      data: { container: { id: hexId("web") }, mainPid: 17, restart: false },
    });
    expect(events[1]).toMatchObject({ cause: 12, data: { mainPid: 17, exitCode: 3, signal: null } });
  });

  test("ends by its main process also where others stay longer, and where the exit code comes later", () => {
    const [main, worker] = [process({ pid: 17, in: "web" }), process({ pid: 18, ppid: 17, in: "web" })];
    life.join(main, null);
    life.join(worker, null);
    const unknown = { exitCode: null, signal: null, coreDumped: null };
    life.exited(main, unknown, 12);
    life.exited(main, { ...unknown, signal: "SIGKILL", probableOomKill: true });
    life.leave(main);
    life.exited(worker, ended, 14);
    life.leave(worker);
    expect(events[1]).toMatchObject({ cause: 12, data: { mainPid: 17, signal: "SIGKILL", probableOomKill: true } });
  });

  test("ends by the name that was learned after its birth, whoever is the last to go", () => {
    const named = process({ pid: 17, in: "web" });
    const unnamed = { ...named, container: named.container && { ...named.container, name: null } };
    const late = { ...unnamed, pid: 18, ppid: 17 };
    life.join(unnamed, null);
    life.join(late, null);
    life.leave(named);
    life.leave(late);
    expect(told()).toEqual(["container.started null", "container.exited web"]);
    // Which makes the next one of that name a restart.
    life.join(named, null);
    expect(events.at(-1)).toMatchObject({ type: "container.started", data: { restart: true } });
  });

  test("has no cause where the end of its main process was not seen", () => {
    const main = process({ pid: 17, in: "web" });
    life.join(main, null);
    life.leave(main);
    expect(events[1]).toMatchObject({ type: "container.exited", cause: null });
  });

  test("has its oldest process for the main one, in whatever order they are found", () => {
    const [main, worker] = [
      process({ pid: 17, in: "web", startTicks: 5 }),
      process({ pid: 18, in: "web", startTicks: 9 }),
    ];
    life.join(worker, null);
    life.join(main, null);
    life.exited(worker, { exitCode: null, signal: "SIGSEGV", coreDumped: false });
    life.exited(main, ended);
    life.leave(main);
    life.leave(worker);
    expect(events.at(-1)?.data).toMatchObject({ mainPid: 17, exitCode: 3 });
  });

  test("that was there before begins without an event, and its next one is a restart", () => {
    const old = process({ pid: 17, in: "web" });
    life.adopt(old);
    life.exited(old, ended);
    life.leave(old);
    const next = process({ pid: 30, in: "web" });
    // The same name under another id, as the kubelet restarts a container.
    const container = { key: "another", id: "another", name: "web", pod: null };
    life.join({ ...next, container }, null);
    expect(told()).toEqual(["container.exited web", "container.started web"]);
    expect(events[1]?.data).toMatchObject({ container: { id: "another" }, restart: true });
  });

  test("is nothing to a process without a container", () => {
    const stray = process({ pid: 17 });
    life.adopt(stray);
    life.join(stray, null);
    life.exited(stray, ended);
    life.leave(stray);
    expect(events).toEqual([]);
  });
});
