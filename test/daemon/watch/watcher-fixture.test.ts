import { afterEach, beforeEach, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBus } from "#daemon/bus.ts";
import { createCauses } from "#daemon/causes.ts";
import { createWatch } from "#daemon/watch/watch.ts";
import type { Watcher } from "#daemon/watch/watcher.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { RegisterEvent } from "#process/event.ts";
import { eventually } from "../../support/poll.ts";

// The watcher over a folder shaped like /proc: its rules without the kernel's help, and without pidfds.
let folder: string;
let watcher: Watcher;
const events: RegisterEvent[] = [];

interface Given {
  name?: string;
  state?: string;
  threads?: number;
  startTicks?: number;
  args?: string;
}

/** A process as files. */
function put(pid: number, given: Given = {}): void {
  const { name, state, threads, startTicks, args } = {
    name: "app",
    state: "S",
    threads: 1,
    startTicks: pid * 10,
    args: given.name ?? "app",
    ...given,
  };
  mkdirSync(join(folder, String(pid)), { recursive: true });
  const fields = [
    pid,
    `(${name})`,
    state,
    1,
    1,
    1,
    0,
    -1,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    20,
    0,
    threads,
    0,
    startTicks,
    4096,
    1,
  ];
  writeFileSync(join(folder, String(pid), "stat"), `${[...fields, ...Array(28).fill(0)].join(" ")}\n`);
  writeFileSync(
    join(folder, String(pid), "status"),
    `Name:\t${name}\nTgid:\t${pid}\nUid:\t1\t1\t1\t1\nGid:\t1\t1\t1\t1\n`,
  );
  writeFileSync(join(folder, String(pid), "cmdline"), args === "" ? "" : `${args}\0`);
  writeFileSync(join(folder, String(pid), "cgroup"), "0::/\n");
  for (let id = pid; id < pid + threads; id++)
    mkdirSync(join(folder, String(pid), "task", String(id)), { recursive: true });
}
const remove = (pid: number) => rmSync(join(folder, String(pid)), { recursive: true });
const lastPid = (pid: number) => writeFileSync(join(folder, "loadavg"), `0.00 0.00 0.00 1/10 ${pid}\n`);
const told = (type: string, pid: number) =>
  eventually(`${type} of ${pid}`, () => events.find((event) => event.type === type && event.process?.pid === pid));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sexton-proc-"));
  cpSync("/proc/uptime", join(folder, "uptime"));
  put(1, { name: "pause" });
  put(100);
  lastPid(100);
  events.length = 0;
  const bus = createBus(Date.now);
  bus.listen((event) => void events.push(event));
  ({ watcher } = createWatch({ root: procRoot(folder), clock: Date.now, bus, causes: createCauses(), tickMs: 5 }));
  watcher.start();
});
afterEach(() => {
  watcher.stop();
  rmSync(folder, { recursive: true });
});

test("who was there before is no birth", async () => {
  put(101);
  lastPid(101);
  await told("process.started", 101);
  expect(events.filter(({ type }) => type === "process.started").map((event) => event.process?.pid)).toEqual([101]);
});

test("a counter that moves leads to the new process, and those that nobody has any more are counted", async () => {
  put(250);
  lastPid(260);
  await told("process.started", 250);
  expect(watcher.status().unseenIds).toBe(159);
});

test("a counter that wraps leads to who was born before and after, and is counted on both sides", async () => {
  mkdirSync(join(folder, "sys", "kernel"), { recursive: true });
  writeFileSync(join(folder, "sys", "kernel", "pid_max"), "400\n");
  lastPid(390);
  await eventually("the first count", () => watcher.status().unseenIds === 290);
  put(395);
  put(303);
  lastPid(305);
  await told("process.started", 303);
  await told("process.started", 395);
  // 391 to 399 and, since RESERVED_PIDS are given out only once, 300 to 305.
  expect(watcher.status().unseenIds).toBe(290 + 8 + 5);
});

test("of a gap that is too large to ask for each all are counted but who is found, with their threads", async () => {
  put(5_000, { threads: 3 });
  lastPid(10_000);
  await told("process.started", 5_000);
  expect(watcher.status().unseenIds).toBe(9_900 - 3);
});

test("a birth and an end that no counter tells are found by name", async () => {
  put(90);
  await told("process.started", 90);
  remove(90);
  await told("process.reaped", 90);
});

test("a process that is gone is told without a code, and a pid that is used again is another process", async () => {
  put(100, { startTicks: 77_777 });
  const exited = await told("process.exited", 100);
  expect(exited.data).toMatchObject({ exitCode: null, signal: null, coreDumped: null });
  await told("process.reaped", 100);
  const started = await told("process.started", 100);
  expect(started.process?.id).toBe("100-77777");
  remove(100);
  await eventually("the second end", () =>
    events.some((event) => event.type === "process.reaped" && event.process?.id === "100-77777"),
  );
});

test("a zombie is an end that is not collected yet", async () => {
  put(100, { state: "Z", args: "" });
  await told("process.exited", 100);
  expect(events.some(({ type }) => type === "process.reaped")).toBe(false);
  remove(100);
  await told("process.reaped", 100);
});

test("another name under the same identity is an exec", async () => {
  put(100, { name: "other" });
  const execed = await told("process.execed", 100);
  expect(execed.data).toMatchObject({ before: { name: "app" }, after: { name: "other" } });
});
