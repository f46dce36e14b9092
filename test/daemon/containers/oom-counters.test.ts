import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOomCounters } from "#daemon/containers/oom.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { Process } from "#process/process.ts";
import {
  createMemoryCgroup,
  hungry,
  isV1,
  type MemoryCgroup,
  memoryProblem,
  oomTest,
  openFiles,
} from "../../support/memory-cgroup.ts";
import { eventually } from "../../support/poll.ts";
import { type Row, tableOf } from "../../support/processes.ts";

describe("the counters", () => {
  let folder: string;
  let cgroup: MemoryCgroup;
  let now = 1;
  const clock = () => now;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sexton-oom-"));
    if (memoryProblem === null) cgroup = createMemoryCgroup();
    now = 1;
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    if (memoryProblem === null && existsSync(cgroup.path)) await cgroup.remove();
  });

  /** A process as a sidecar with a cgroup namespace of its own sees it: the container has its cgroup mounted. */
  function put(pid: number, { id, path }: MemoryCgroup): Process {
    const at = join(folder, String(pid));
    mkdirSync(at);
    // Not the memory hierarchy's own numbers: a peer's paths are relative to sexton's own cgroup.
    writeFileSync(join(at, "cgroup"), isV1 ? `4:memory:/../${id}\n0::/\n` : `0::/../${id}\n`);
    const [filesystem, options] = isV1 ? ["cgroup", "rw,memory"] : ["cgroup2", "rw"];
    writeFileSync(join(at, "mountinfo"), `31 23 0:28 /../${id} ${path} rw - ${filesystem} cgroup ${options}\n`);
    symlinkSync("/", join(at, "root"));
    const row: Row = { pid, in: "web", containerId: id };
    const container = { key: id, id, name: "web", pod: null };
    return tableOf([row], {}, new Map([[id, container]])).byPid.get(pid) as Process;
  }
  const never = () => false;
  const always = () => true;
  const counters = (maxOpen = 10) => createOomCounters(procRoot(folder), clock, maxOpen);
  /** What the kernel kills, and how often. */
  async function starve(times = 1) {
    for (let at = 0; at < times; at++) {
      const victim = cgroup.start(hungry);
      await eventually("it to be in its cgroup", () => cgroup.holds(victim.pid));
      victim.release();
      await victim.exited;
    }
  }

  oomTest("put each kill down to one exit, and only to those by SIGKILL", async () => {
    const oom = counters();
    const process = put(50, cgroup);
    await starve();
    oom.look(process);
    // That was before.
    expect(oom.ended(process, "killed", never)).toBeNull();
    await starve(2);
    expect(oom.ended(process, "otherwise", never)).toBeNull();
    expect(oom.ended(process, "killed", never)).toEqual({ probableOomKill: true, containerOomKills: 3 });
    expect(oom.ended(process, "killed", never)).toEqual({ probableOomKill: true, containerOomKills: 3 });
    expect(oom.ended(process, "killed", never)).toBeNull();
    oom.forget(cgroup.id);
  });

  oomTest("put a kill down to an end that nobody knows when nobody else is left who may have been meant", async () => {
    const oom = counters();
    const process = put(50, cgroup);
    oom.look(process);
    expect(oom.ended(process, "unknown", always)).toBeNull();
    await starve();
    expect(oom.ended(process, "unknown", never)).toBeNull();
    expect(oom.ended(process, "unknown", always)).toMatchObject({ containerOomKills: 1 });
    expect(oom.ended(process, "unknown", always)).toBeNull();
    oom.forget(cgroup.id);
  });

  oomTest("do not put an old kill down to a new exit", async () => {
    const oom = counters();
    const process = put(50, cgroup);
    oom.look(process);
    await starve();
    now += 5_000;
    oom.look(process);
    now += 29_000;
    oom.look(process);
    now += 2_000;
    expect(oom.ended(process, "killed", never)).toBeNull();
    await starve();
    expect(oom.ended(process, "killed", never)).toMatchObject({ containerOomKills: 2 });
    expect(oom.ended(process, "killed", never)).toBeNull();
    oom.forget(cgroup.id);
  });

  oomTest("still tell what they have seen when the cgroup is gone, and begin anew with the next one", async () => {
    const oom = counters();
    const process = put(50, cgroup);
    oom.look(process);
    await starve(2);
    oom.ending(process);
    await cgroup.remove();
    expect(oom.ended(process, "killed", never)).toMatchObject({ containerOomKills: 2 });
    expect(openFiles(cgroup)).toEqual([]);
    now += 31_000;
    // Whoever the second was has ended unseen.
    expect(oom.ended(process, "killed", never)).toBeNull();
    mkdirSync(cgroup.path);
    now += 60_000;
    oom.look(process);
    expect(openFiles(cgroup).length).toBe(1);
    expect(oom.ended(process, "killed", never)).toBeNull();
    oom.forget(cgroup.id);
    expect(openFiles(cgroup)).toEqual([]);
  });

  oomTest("hold no more open than they may, and take the next one when there is room", async () => {
    const oom = counters(1);
    const other = createMemoryCgroup();
    try {
      const [first, second] = [put(50, cgroup), put(51, other)];
      oom.look(first);
      oom.look(second);
      expect(openFiles(cgroup, other).length).toBe(1);
      oom.forget(cgroup.id);
      now += 60_000;
      oom.look(second);
      expect(openFiles(cgroup, other)).toEqual([expect.stringContaining(other.id)]);
      oom.forget(other.id);
    } finally {
      await other.remove();
    }
  });

  oomTest("look again for what is not there yet, ever more seldom", async () => {
    const oom = counters();
    const process = put(50, cgroup);
    const mountinfo = join(folder, "50", "mountinfo");
    renameSync(mountinfo, `${mountinfo}.later`);
    oom.look(process);
    now += 39;
    renameSync(`${mountinfo}.later`, mountinfo);
    oom.look(process);
    expect(openFiles(cgroup)).toEqual([]);
    now += 1;
    oom.look(process);
    expect(openFiles(cgroup).length).toBe(1);
    oom.forget(cgroup.id);
  });

  test("are silent about what they cannot see", () => {
    const oom = counters();
    const process = tableOf([{ pid: 50, in: "web" }]).byPid.get(50) as Process;
    for (let at = 0; at < 5; at++, now += 60_000) oom.look(process);
    expect(oom.ended(process, "killed", never)).toBeNull();
    expect(oom.ended(tableOf([{ pid: 51 }]).byPid.get(51) as Process, "killed", never)).toBeNull();
  });
});
