import { afterAll, beforeAll, expect } from "bun:test";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { createMemoryCgroup, hungry, type MemoryCgroup, memoryProblem, oomTest } from "../support/memory-cgroup.ts";
import { eventually } from "../support/poll.ts";

let agent: Agent;
let cgroups: readonly [MemoryCgroup, MemoryCgroup];
if (memoryProblem === null) {
  beforeAll(async () => {
    agent = await startAgent();
    cgroups = [createMemoryCgroup(), createMemoryCgroup()];
  });
  afterAll(async () => {
    await agent.stop();
    for (const cgroup of cgroups) await cgroup.remove();
  });
}

const eventOf = (type: string, of: (event: Json) => boolean) =>
  eventually(type, async () => (await agent.json(`/events?types=${type}`))["events"].find(of) as Json | undefined);

oomTest("a container of one process that its memory limit ends is told apart from one that is killed", async () => {
  const [starved, twin] = cgroups;
  const [victim, other] = [starved.start(hungry), twin.start(hungry)];
  for (const { id } of cgroups) await eventOf("container.started", ({ data }) => data.container.id === id);
  victim.release();
  other.kill("SIGKILL");

  const killed = await eventOf("process.exited", ({ process }) => process.pid === victim.pid);
  expect(killed["data"]).toMatchObject({ signal: "SIGKILL", probableOomKill: true, containerOomKills: 1 });
  const ended = await eventOf("container.exited", ({ data }) => data.mainPid === victim.pid);
  expect(ended).toMatchObject({ cause: killed["id"], data: { signal: "SIGKILL", probableOomKill: true } });
  expect(await (await agent.fetch("/events?pretty=true")).text()).toMatch(
    /SIGKILL, after .*, probably out of memory\n/,
  );

  const shot = await eventOf("process.exited", ({ process }) => process.pid === other.pid);
  expect(shot["data"]).toMatchObject({ signal: "SIGKILL" });
  expect(shot["data"]).not.toHaveProperty("probableOomKill");
  const gone = await eventOf("container.exited", ({ data }) => data.mainPid === other.pid);
  expect(gone["cause"]).toBe(shot["id"]);
});
