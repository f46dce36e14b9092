import { writeFileSync } from "node:fs";
import { mainAgent } from "../agent.ts";
import { type Check, hold } from "../check.ts";
import { type Scope, startScope } from "../scope.ts";
import { type Json, readOrNull, until } from "../tools.ts";

const isOf =
  ({ id }: Scope) =>
  ({ data, process }: Json) =>
    (data?.container?.id ?? process?.container?.id) === id;

async function container(scope: Scope): Promise<Json> {
  return until("the container", async () => {
    const { containers } = await (await mainAgent()).json("/containers");
    return (containers as Json[]).find(({ id }) => id === scope.id);
  });
}

/** A process of a scope that takes more memory than it may: what is told of its end. */
async function starve(properties: readonly string[], asGroup: boolean): Promise<Json> {
  const agent = await mainAgent();
  const scope = await startScope(["MemoryMax=24M", "MemorySwapMax=0", ...properties]);
  try {
    if (asGroup) writeFileSync(`${scope.path}/memory.oom.group`, "1");
    await container(scope);
    scope.say("exec tail /dev/zero");
    const exited = await agent.event("process.exited", isOf(scope));
    const ended = await agent.event("container.exited", isOf(scope));
    hold(exited["data"].probableOomKill === true, () => `the exit: ${JSON.stringify(exited["data"])}`);
    hold(ended["data"].probableOomKill === true, () => `the container's: ${JSON.stringify(ended["data"])}`);
    return exited["data"];
  } finally {
    await scope.remove();
  }
}

export const limitChecks: readonly Check[] = [
  {
    name: "pids.max of a scope (TasksMax=20) is seen, and its pressure told at 80 and 95 percent",
    async play() {
      const agent = await mainAgent();
      const scope = await startScope(["TasksMax=20"]);
      const fill = async (sleeping: number, tasks: number) => {
        for (let index = 0; index < sleeping; index++) scope.say("sleep 1046 &");
        await until(`${tasks} tasks`, () => Number(readOrNull(`${scope.path}/pids.current`)) === tasks);
      };
      const pressure = (level: string) =>
        agent.event("pids.pressure", (event) => isOf(scope)(event) && event["data"].level === level);
      try {
        const { pids } = await container(scope);
        hold(pids.limit === 20 && pids.source === "container-cgroup", () => `the container: ${JSON.stringify(pids)}`);
        await fill(15, 16);
        const { data } = await pressure("warning");
        hold(data.limit === 20 && data.current === 16, () => JSON.stringify(data));
        await fill(3, 19);
        const critical = await pressure("critical");
        return `warning at ${data.current}, critical at ${critical["data"].current} of ${data.limit}, ${data.source}`;
      } finally {
        await scope.remove();
      }
    },
  },
  {
    name: "a process that MemoryMax has killed is told as probableOomKill",
    async play() {
      const data = await starve([], false);
      hold(data["containerOomKills"] === 1 && data["oomGroupKill"] === undefined, () => JSON.stringify(data));
      return `signal ${data["signal"]}, containerOomKills ${data["containerOomKills"]}`;
    },
  },
  {
    name: "and as oomGroupKill where memory.oom.group is 1",
    async play() {
      const data = await starve([], true);
      hold(data["oomGroupKill"] === true, () => JSON.stringify(data));
      return `signal ${data["signal"]}, containerOomKills ${data["containerOomKills"]}`;
    },
  },
  {
    name: "one that was killed otherwise is not",
    async play() {
      const agent = await mainAgent();
      const scope = await startScope(["MemoryMax=24M", "MemorySwapMax=0"]);
      try {
        await container(scope);
        scope.say("kill -KILL $$");
        const { data } = await agent.event("process.exited", isOf(scope));
        hold(!("probableOomKill" in data), () => JSON.stringify(data));
        return `signal ${data.signal}`;
      } finally {
        await scope.remove();
      }
    },
  },
];
