import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createObserver, type Observer } from "#daemon/observer.ts";
import { bootTimeMs } from "#kernel/boot-time.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { diff } from "#process/diff.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";

// An observer over a folder shaped like /proc, which notes what is read of it.
let folder = "";
let observer: Observer;
let reads: string[] = [];

interface Given {
  readonly ppid?: number;
  readonly faults?: number;
  readonly stack?: string;
  readonly state?: string;
  readonly args?: string;
  readonly cgroup?: string;
  readonly startTicks?: number;
  readonly exe?: string;
  /** startcode and endcode; hidden where the stack is, else of a shell. */
  readonly code?: string;
}

const shell = "140733636451776";

function put(pid: number, given: Given = {}): void {
  const {
    ppid = 1,
    faults = 0,
    stack = shell,
    state = "S",
    args = "sh\0",
    cgroup = `/${pid}`,
    startTicks = pid * 10,
    exe = `/bin/${pid}`,
    code = stack === "0" ? "1 1" : "94017627578368 94017627578709",
  } = given;
  const place = join(folder, String(pid));
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  const numbers = `${ppid} 1 1 0 -1 0 ${faults} 0 0 0 0 0 0 0 20 0 1 0 ${startTicks} 4096 1 0 ${code} ${stack}`;
  writeFileSync(join(place, "stat"), `${pid} (sh) ${state} ${numbers}${" 0".repeat(24)}\n`);
  writeFileSync(join(place, "status"), `Name:\tsh\nUid:\t${pid}\t${pid}\t1\t1\nGid:\t1\t1\t1\t1\n`);
  writeFileSync(join(place, "cmdline"), args);
  writeFileSync(join(place, "cgroup"), `0::${cgroup}\n`);
  symlinkSync(exe, join(place, "exe"));
}

const look = (pid: number) => observer.look(pid) as Process;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sexton-observer-"));
  cpSync("/proc/uptime", join(folder, "uptime"));
  put(1);
  put(50);
  const root = procRoot(folder);
  const noting = {
    ...root,
    read(pid: number | "self" | null, file: string) {
      reads.push(file);
      return root.read(pid, file);
    },
    readLink(pid: number | "self", file: string) {
      reads.push(file);
      return root.readLink(pid, file);
    },
    readText(pid: number | "self", file: string, limit: number) {
      reads.push(file);
      return root.readText(pid, file, limit);
    },
  };
  observer = createObserver(noting, Date.now, { selfPid: 1, initialNamespace: false });
  observer.table();
  reads = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const files = (given: readonly string[]) => given.filter((file) => file !== "uptime").toSorted();

describe("meet()", () => {
  test("takes executable and container of a child that has not execed from its parent", () => {
    put(60, { ppid: 50, args: "sh: a title of its own\0" });
    expect(observer.meet(60, null)?.facts).toMatchObject({
      exe: "/bin/50",
      cgroup: "/50",
      uid: 60,
      args: ["sh: a title of its own"],
    });
    expect(files(reads)).toEqual(["cmdline", "stat", "status"]);
  });

  test.each([
    ["has execed by now", "140733636400000"],
    ["does not show its addresses", "0"],
  ])("reads all of a child that %s", (_, stack) => {
    put(50, { stack: stack === "0" ? "0" : shell });
    look(50);
    reads = [];
    put(60, { ppid: 50, stack });
    expect(observer.meet(60, null)?.facts).toMatchObject({ exe: "/bin/60", cgroup: "/60", uid: 60 });
    // In no container: that is so too when it is about to end, which is asked for last.
    expect(reads.at(-1)).toBe("stat");
    expect(files(reads)).toEqual(["cgroup", "cmdline", "exe", "stat", "stat", "status"]);
  });

  test("is no more than a first guess: all is read when that is asked for", () => {
    put(60, { ppid: 50 });
    observer.meet(60, null);
    expect(observer.look(60, true)?.facts).toMatchObject({ exe: "/bin/60", cgroup: "/60" });
  });
});

describe("look()", () => {
  test("reads nothing but stat of one that slept, and answers the very same", () => {
    const before = look(50);
    expect(files(reads)).toEqual(["stat"]);
    expect(look(50)).toBe(before);
    expect(look(50)).toBe(observer.table().byPid.get(50) as Process);
  });

  test.each<[string, Given]>([
    ["run", { faults: 1 }],
    ["execed", { stack: "140733636400000" }],
  ])("reads all of one that has %s", (_, given) => {
    put(50, { args: "changed\0", ...given });
    expect(look(50).facts.args).toEqual(["changed"]);
    expect(files(reads)).toEqual(["cgroup", "cmdline", "exe", "stat", "status"]);
  });

  test("is what live() knows from then on", () => {
    put(50, { state: "Z", args: "" });
    look(50);
    expect(observer.live().byPid.get(50)?.state).toBe("zombie");
  });
});

test("a container without a name has not the mounts of each of its processes read", () => {
  const cgroup = `/../${"0".repeat(64)}`;
  const count = () => reads.filter((file) => file === "mountinfo").length;
  const born = { cgroup, stack: "140733636400000", startTicks: Math.floor(bootTimeMs(procRoot()) / 10) };
  put(60, born);
  expect(observer.meet(60, null)?.container).toMatchObject({ name: null });
  expect(count()).toBe(1);
  for (let pid = 61; pid < 100; pid++) {
    put(pid, { ...born, ppid: 60 });
    observer.meet(pid, null);
    observer.look(pid);
  }
  // Now and then, since the mounts of a new container are made after its first process.
  expect(count()).toBeLessThan(15);
});

describe("forget()", () => {
  test("leaves nothing of one that no scan has seen, nor of one that a scan has", () => {
    put(60, { ppid: 50 });
    const born = observer.meet(60, null) as Process;
    rmSync(join(folder, "60"), { recursive: true });
    rmSync(join(folder, "50"), { recursive: true });
    observer.forget(born);
    observer.forget({ pid: 50, startTicks: 500 });
    expect([...observer.live().byPid.keys()]).toEqual([1]);
    // The same pid, and another process: nothing is taken from the one before.
    put(50, { faults: 7, args: "another\0" });
    expect(look(50).facts.args).toEqual(["another"]);
  });
});

describe("complete()", () => {
  test("tells what is known as a scan is told, without a scan", () => {
    const told: ProcessTable[] = [];
    observer.onScan((table) => void told.push(table));
    put(60, { ppid: 50 });
    observer.meet(60, null);
    reads = [];
    observer.complete();
    expect(told.map(({ byPid }) => new Set(byPid.keys()))).toEqual([new Set([1, 50, 60])]);
    expect(observer.live()).toBe(told[0] as ProcessTable);
    expect(reads).toEqual([]);
  });
});

test("who is in the midst of an exec is what it was, and then at once what it becomes", () => {
  const before = observer.table(0).byPid;
  // The new memory, and what is its program; its addresses and its arguments have not been put there yet.
  put(50, { exe: "/bin/sleep", code: "0 0", stack: "140700000000000", faults: 3 });
  const midst = observer.table(0).byPid;
  expect(diff(before, midst)).toEqual([]);
  expect(look(50)).toMatchObject({ facts: { exe: "/bin/50" } });
  put(50, { exe: "/bin/sleep", code: "94400000000000 94400000000709", args: "sleep\0", faults: 9 });
  const after = observer.table(0).byPid;
  expect(diff(midst, after)).toMatchObject([
    { kind: "execed", process: { facts: { exe: "/bin/sleep", args: ["sleep"] } } },
  ]);
});
