import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBus } from "#daemon/bus.ts";
import { createCauses } from "#daemon/causes.ts";
import type { Observer } from "#daemon/observer.ts";
import { createWatch } from "#daemon/watch/watch.ts";
import type { Watcher } from "#daemon/watch/watcher.ts";
import type { Strays } from "#daemon/zombies/strays.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { RegisterEvent } from "#process/event.ts";
import { eventually } from "../../support/poll.ts";
import { hexId } from "../../support/processes.ts";

// A pod as a folder shaped like /proc, so that containers, sessions and terminals are what a test says they are.
const minAgeMs = 500;
let folder: string;
let watch: { observer: Observer; watcher: Watcher; strays: Strays };
let newest: number;
const events: RegisterEvent[] = [];

interface Given {
  readonly name?: string;
  readonly ppid?: number;
  readonly session?: number;
  readonly terminal?: number;
  readonly startTicks?: number;
  readonly in?: string | null;
}

/** A process as files; one that is put again is as it is said now. */
function put(pid: number, given: Given = {}): void {
  const { name = "app", ppid = 0, session = pid, terminal = 0, startTicks = starts.get(pid) ?? now() } = given;
  starts.set(pid, startTicks);
  const place = given.in === undefined ? "web" : given.in;
  mkdirSync(join(folder, String(pid)), { recursive: true });
  const first = [pid, `(${name})`, "S", ppid, pid, session, terminal, -1];
  // The CPU time moves, so that the cgroup is read again.
  const fields = [...first, 0, 0, 0, 0, 0, counted++, 0, 0, 0, 20, 0, 1, 0, startTicks, 4096, 1];
  writeFileSync(join(folder, String(pid), "status"), `Name:\tapp\nTgid:\t${pid}\nUid:\t1\t1\t1\t1\nGid:\t1\t1\t1\t1\n`);
  writeFileSync(join(folder, String(pid), "cmdline"), `${name}\0`);
  writeFileSync(join(folder, String(pid), "cgroup"), `0::/${place === null ? "" : `../${hexId(place)}`}\n`);
  writeFileSync(join(folder, String(pid), "stat"), `${[...fields, ...Array(28).fill(0)].join(" ")}\n`);
  newest = Math.max(newest, pid);
  writeFileSync(join(folder, "loadavg"), `0.00 0.00 0.00 1/10 ${newest}\n`);
}
let counted = 0;
const starts = new Map<number, number>();

/** Born just now, by the clock of the folder's own uptime. */
const now = () => Math.round((uptime + performance.now() / 1000 - begunAt) * 100);
let uptime: number;
let begunAt: number;

const remove = (pid: number) => rmSync(join(folder, String(pid)), { recursive: true });
const of = (type: string, pid: number) => events.filter((event) => event.type === type && event.process?.pid === pid);
const told = (type: string, pid: number) => eventually(`${type} of ${pid}`, () => of(type, pid)[0]);
const listed = () => watch.strays.of(watch.observer.table(0));

/** The age and a check, on a busy machine; sooner than the audit, which would find it too. */
const soonMs = minAgeMs + 3_000;

/** Long enough for what is not to be told to have been told, were it told wrongly: the age, and a check. */
const enough = () => Bun.sleep(minAgeMs + 1_200);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "sexton-strays-"));
  cpSync("/proc/uptime", join(folder, "uptime"));
  uptime = Number((await Bun.file("/proc/uptime").text()).split(" ")[0]);
  begunAt = performance.now() / 1000;
  events.length = newest = 0;
  starts.clear();
  put(1, { in: "pause", startTicks: 1 });
  put(17, { startTicks: 100 });
  const bus = createBus(Date.now);
  bus.listen((event) => void events.push(event));
  const means = { root: procRoot(folder), clock: Date.now, bus, causes: createCauses(), tickMs: 5 };
  watch = createWatch({ ...means, minAgeMs: () => minAgeMs });
});
afterEach(() => {
  watch.watcher.stop();
  rmSync(folder, { recursive: true });
});

describe("process.stray", () => {
  test("tells an exec session once, when it is old enough, with its birth as the cause", async () => {
    watch.watcher.start();
    const startedAt = performance.now();
    put(50);
    put(51, { ppid: 50, session: 50 });
    const started = await told("process.started", 50);
    const { data, cause } = await told("process.stray", 50);
    expect(performance.now() - startedAt).toBeGreaterThan(minAgeMs - 50);
    expect(cause).toBe(started.id);
    expect(data["ageSeconds"]).toBeGreaterThanOrEqual(minAgeMs / 1000);
    expect(data).toMatchObject({ reason: "exec-session", origin: "exec", session: 50, sessionLeaderGone: false });
    expect(data).toMatchObject({ tty: false, descendants: 1 });
    // While another one is waited for, those that were told are not told again.
    put(60);
    const another = await told("process.stray", 60);
    expect(another.time - (of("process.started", 60)[0]?.time ?? 0)).toBeLessThan(soonMs);
    expect(of("process.stray", 50)).toHaveLength(1);
    expect(of("process.stray", 51)).toEqual([]);
  });

  test("is not for an exec that ends in time, nor for what the main process started", async () => {
    watch.watcher.start();
    put(50);
    put(60, { ppid: 17, session: 17 });
    put(61, { ppid: 17 });
    await told("process.started", 61);
    remove(50);
    await told("process.reaped", 50);
    await enough();
    expect(events.filter(({ type }) => type === "process.stray")).toEqual([]);
  });

  test("tells what an exec left when that ended, and whose it was", async () => {
    watch.watcher.start();
    put(50);
    put(51, { ppid: 50, session: 50 });
    await told("process.started", 51);
    expect(watch.strays.originOf({ pid: 51, startTicks: starts.get(51) ?? 0 })).toBe("exec");
    put(51, { ppid: 1, session: 50 });
    remove(50);
    const { data } = await told("process.stray", 51);
    expect(data).toMatchObject({ reason: "orphan", origin: "exec", session: 50, sessionLeaderGone: true });
    expect(of("process.stray", 50)).toEqual([]);
    expect(listed().get(51)?.since).toBe(of("process.exited", 50)[0]?.time ?? 0);
    remove(51);
    await told("process.reaped", 51);
    expect(watch.strays.originOf({ pid: 51, startTicks: starts.get(51) ?? 0 })).toBe("unknown");
  });

  test("tells an orphan of the main process, but not one that has made itself a daemon", async () => {
    watch.watcher.start();
    put(50, { ppid: 17, session: 17 });
    put(51, { ppid: 50, session: 17 });
    put(52, { ppid: 50, session: 17 });
    await told("process.started", 52);
    put(51, { ppid: 1, session: 17 });
    put(52, { ppid: 1, session: 52 });
    remove(50);
    expect((await told("process.stray", 51)).data).toMatchObject({ reason: "orphan", origin: "main" });
    expect(of("process.stray", 52)).toEqual([]);
    expect([...listed().keys()]).toEqual([51]);
  });

  test("waits for a session with a terminal until that is gone, and counts its age anew", async () => {
    watch.watcher.start();
    put(50, { terminal: 34_816 });
    await told("process.started", 50);
    await enough();
    expect(of("process.stray", 50)).toEqual([]);
    expect(listed().get(50)).toMatchObject({ reason: "exec-session", interactive: true });
    put(50);
    const hungUpAt = Date.now();
    const { data, time } = await told("process.stray", 50);
    expect(time - hungUpAt).toBeGreaterThan(minAgeMs - 50);
    expect(data["ageSeconds"]).toBeLessThan(minAgeMs / 1000 + 1.5);
    expect(listed().get(50)?.interactive).toBe(false);
    expect(listed().get(50)?.since).toBeGreaterThanOrEqual(hungUpAt);
  });

  test("tells those who were there before sexton, without a cause", async () => {
    put(50, { startTicks: now() - 1_000 });
    put(51, { ppid: 1, session: 40, startTicks: now() - 1_000 });
    watch.watcher.start();
    const startedAt = Date.now();
    const session = await told("process.stray", 50);
    expect(session.time - startedAt).toBeLessThan(soonMs);
    expect(session.cause).toBeNull();
    expect(session.data["ageSeconds"]).toBeGreaterThanOrEqual(10);
    // Since when it has been an orphan nobody saw.
    const orphan = await told("process.stray", 51);
    expect(orphan.data["ageSeconds"]).toBeLessThan(9);
    expect(orphan.data).toMatchObject({ reason: "orphan", origin: "unknown", session: 40, sessionLeaderGone: true });
  });

  test("knows whose child it is, though the runtime's own cgroup is a container's too, as on a node that is one", async () => {
    watch.watcher.start();
    put(50, { in: "the node" });
    await told("process.started", 50);
    put(50);
    put(51, { ppid: 50 });
    await told("process.started", 51);
    expect(watch.strays.originOf({ pid: 51, startTicks: starts.get(51) ?? 0 })).toBe("exec");
    put(60, { in: "the node" });
    await told("process.started", 60);
    put(60, { name: "probe" });
    await told("process.execed", 60);
    remove(60);
    await told("process.reaped", 60);
    put(61, { ppid: 1, session: 60 });
    await told("process.started", 61);
    expect(watch.strays.originOf({ pid: 61, startTicks: starts.get(61) ?? 0 })).toBe("exec");
  });

  test("finds one that was moved into its container only after it was looked at", async () => {
    watch.watcher.start();
    put(50, { in: null });
    await told("process.started", 50);
    await enough();
    expect(of("process.stray", 50)).toEqual([]);
    put(50);
    expect(listed().get(50)?.reason).toBe("exec-session");
    await told("process.stray", 50);
  });
});
