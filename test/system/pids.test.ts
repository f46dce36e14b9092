import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { makePidsCgroup, type PidsCgroup, pidsCgroupProblem } from "../support/pids-cgroup.ts";
import { eventually } from "../support/poll.ts";

const skip = pidsCgroupProblem !== null;
if (skip) console.warn(`Skipped test/system/pids.test.ts: ${pidsCgroupProblem}`);

describe.skipIf(skip)("the binary, beside a container with a limit of 20 pids", () => {
  let cgroup: PidsCgroup;
  let agent: Agent;
  let shell: ReturnType<PidsCgroup["shell"]>;
  beforeEach(async () => {
    cgroup = makePidsCgroup();
    cgroup.limit("container", 20);
    shell = cgroup.shell();
    agent = await startAgent();
    await eventually("the container", async () => (await container()) !== undefined);
  });
  afterEach(async () => {
    await agent.stop();
    await cgroup.remove();
  });

  const container = async (): Promise<Json | undefined> =>
    (await agent.json("/containers"))["containers"].find(({ id }: Json) => id === cgroup.containerId);

  const pressure = async (level: string): Promise<Json> =>
    eventually(
      `pressure to be ${level}`,
      async () => {
        const { events } = await agent.json("/events?types=pids.pressure");
        return events.find(({ data }: Json) => data.container?.id === cgroup.containerId && data.level === level)?.data;
      },
      20_000,
    );

  /** Starts more until there are so many tasks: some that sleep, and some that sleep beside a zombie of theirs. */
  async function fill(sleeping: number, withZombie: number, tasks: number): Promise<void> {
    for (let index = 0; index < sleeping; index++) shell.run("sleep 1031 &");
    for (let index = 0; index < withZombie; index++) shell.run("sh -c 'true & exec sleep 1031' &");
    await eventually(`${tasks} tasks in the cgroup`, () => cgroup.current() === tasks);
  }

  test("tells 80 and 95 percent within seconds, with the shell whose children grow, and the end of it", async () => {
    await fill(1, 7, 16);
    const warning = await pressure("warning");
    expect(warning).toMatchObject({
      scope: "container",
      container: { id: cgroup.containerId },
      current: 16,
      limit: 20,
      source: "container-cgroup",
      counts: "container",
      percent: 80,
      zombies: 7,
    });
    expect(warning["growing"][0]).toMatchObject({ container: { id: cgroup.containerId }, parent: null, count: 16 });
    const children = warning["growing"].find(({ parent }: Json) => parent?.pid === shell.pid);
    expect(children).toMatchObject({ parent: { name: "sh" }, process: null, count: 8, zombies: 0 });
    // Of so many on this machine that have one child, the census does not keep all.
    expect(children.growth).toBeGreaterThanOrEqual(7);

    await fill(3, 0, 19);
    expect(await pressure("critical")).toMatchObject({ current: 19, percent: 95 });
    expect(await container()).toMatchObject({
      pids: { current: 19, limit: 20, source: "container-cgroup", currentFrom: "cgroup", zombies: 7 },
    });
    expect((await agent.json("/doctor"))["findings"]).toContainEqual(
      expect.objectContaining({ severity: "error", title: expect.stringContaining("runs out of pids") }),
    );
    const labels = `{scope="container",container="${cgroup.containerId.slice(0, 12)}"}`;
    const metrics = await (await agent.fetch("/metrics")).text();
    expect(metrics).toContain(`sexton_pids_current${labels} 19\n`);
    expect(metrics).toContain(`sexton_pids_limit${labels} 20\n`);

    for (const pid of cgroup.pids()) if (pid !== shell.pid) process.kill(pid, "SIGKILL");
    shell.run("wait");
    expect(await pressure("ok")).toMatchObject({ limit: 20 });
  });
});

test("podPidsLimit is the limit of the pod, and told at once where more is taken than it allows", async () => {
  const agent = await startAgent({ env: { SEXTON_POD_PIDS_LIMIT: "2" } });
  const event = await eventually("pressure of the pod", async () => {
    const { events } = await agent.json("/events?types=pids.pressure");
    return events.find(({ data }: Json) => data.scope === "pod");
  });
  expect(event["data"]).toMatchObject({ level: "critical", limit: 2, source: "setting", container: null });
  expect(await (await agent.fetch("/metrics")).text()).toContain('sexton_pids_limit{scope="pod"} 2\n');
  await agent.stop();
});
