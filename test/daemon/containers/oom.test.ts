import { afterEach, beforeEach, describe, expect } from "bun:test";
import { createMemoryCgroup, hungry, type MemoryCgroup, oomTest, openFiles } from "../../support/memory-cgroup.ts";
import { eventually } from "../../support/poll.ts";
import { watchMachine } from "../../support/watch.ts";

describe("the exit of a process", () => {
  const cgroups: MemoryCgroup[] = [];
  let watch: ReturnType<typeof watchMachine>;
  beforeEach(() => {
    watch = watchMachine();
  });
  afterEach(async () => {
    for (const cgroup of cgroups.splice(0)) await cgroup.remove();
    watch.watcher.stop();
  });
  const container = () => {
    const cgroup = createMemoryCgroup();
    cgroups.push(cgroup);
    return cgroup;
  };
  /** Sexton has found the container; from then on its counter is open. */
  const found = ({ id }: MemoryCgroup) =>
    eventually("the container", () =>
      watch.events.find(
        ({ type, data }) => type === "container.started" && (data["container"] as { id: string }).id === id,
      ),
    );
  const exitOf = async (pid: number) => (await watch.waitFor(pid, "process.exited")).data;

  oomTest("that the kernel killed for memory says so, with nobody left in its container to ask", async () => {
    const cgroup = container();
    const main = cgroup.start(hungry);
    await found(cgroup);
    main.release();
    expect(await exitOf(main.pid)).toMatchObject({ signal: "SIGKILL", probableOomKill: true, containerOomKills: 1 });
    const ended = await eventually("the container's end", () =>
      watch.events.find(({ type, data }) => type === "container.exited" && data["mainPid"] === main.pid),
    );
    expect(ended.data).toMatchObject({ container: { id: cgroup.id }, signal: "SIGKILL", probableOomKill: true });
    expect(ended.cause).toBe(watch.of(main.pid).find(({ type }) => type === "process.exited")?.id ?? -1);
  });

  oomTest("that somebody killed does not, beside one that the kernel killed", async () => {
    const [starved, twin] = [container(), container()];
    const [victim, other] = [starved.start(hungry), twin.start(hungry)];
    await Promise.all([found(starved), found(twin)]);
    victim.release();
    expect(await exitOf(victim.pid)).toHaveProperty("probableOomKill");
    other.kill("SIGKILL");
    const data = await exitOf(other.pid);
    expect(data).toMatchObject({ signal: "SIGKILL" });
    expect(Object.keys(data).filter((name) => /oom/i.test(name))).toEqual([]);
  });

  oomTest("of the same container says so once for each kill", async () => {
    const cgroup = container();
    const main = cgroup.start("{ (read go; exec tail /dev/zero); (read go; exec tail /dev/zero); read forever; }");
    await found(cgroup);
    main.release();
    for (const containerOomKills of [1, 2]) {
      const child = await eventually("the next child", () => {
        const births = watch.events.filter(
          ({ type, process }) => type === "process.started" && process?.ppid === main.pid,
        );
        return births[containerOomKills - 1]?.process?.pid;
      });
      main.release();
      expect(await exitOf(child)).toMatchObject({ signal: "SIGKILL", probableOomKill: true, containerOomKills });
    }
    main.kill("SIGKILL");
    expect(await exitOf(main.pid)).not.toHaveProperty("probableOomKill");
  });

  oomTest("of a container that was there before is told too", async () => {
    watch.watcher.stop();
    const cgroup = container();
    const main = cgroup.start(hungry);
    await eventually("it to be in its cgroup", () => cgroup.holds(main.pid));
    watch = watchMachine();
    main.release();
    expect(await exitOf(main.pid)).toMatchObject({ signal: "SIGKILL", probableOomKill: true });
  });

  oomTest("leaves no descriptor behind", async () => {
    const cgroup = container();
    const main = cgroup.start(hungry);
    await found(cgroup);
    expect(openFiles(cgroup).length).toBe(1);
    main.release();
    await eventually("the counter to be closed", () => openFiles(cgroup).length === 0);
    const next = container();
    next.start("true");
    await found(next);
    expect(openFiles(next).length).toBe(1);
    watch.watcher.stop();
    expect(openFiles(next).length).toBe(0);
    watch = watchMachine();
  });
});
