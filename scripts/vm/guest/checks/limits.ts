import { writeFileSync } from "node:fs";
import { mainAgent } from "../agent.ts";
import { type Check, hold, Skip } from "../check.ts";
import { type Scope, startScope } from "../scope.ts";
import { type Json, readOrNull, until } from "../tools.ts";
import { mayBeUnknown } from "./exits.ts";

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

const memory = ["MemoryMax=24M", "MemorySwapMax=0"];

/** What is told of a process that has more memory than its scope may. */
async function starve(line: string, victim: "main" | "child"): Promise<Json> {
  const agent = await mainAgent();
  const scope = await startScope(memory);
  try {
    await container(scope);
    scope.say(line);
    const isMain = ({ process }: Json) => process.pid === scope.pid;
    const isChild = ({ process }: Json) => process.ppid === scope.pid && process.name === "tail";
    const { data } = await agent.event("process.exited", victim === "main" ? isMain : isChild);
    return data;
  } finally {
    await scope.remove();
  }
}

const mains = 5;
/** With the last process: who looks after that has no proof. A gap that docs/compatibility.md tells of. */
export const removedBefore = "systemd had removed the cgroup, and the counter in it, before it was read";

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
    name: "the only process of a scope is killed for memory (MemoryMax): told as probableOomKill, where systemd leaves the time",
    async play() {
      const told: Json[] = [];
      for (let index = 0; index < mains; index++) told.push(await starve("exec tail /dev/zero", "main"));
      const probable = told.filter(({ probableOomKill }) => probableOomKill === true);
      if (probable.length === 0) throw new Skip(`none of ${mains} is told: ${removedBefore}`);
      return `${probable.length} of ${mains}, containerOomKills ${probable[0]?.["containerOomKills"]}`;
    },
  },
  {
    name: "one of several processes of a scope is killed for memory: told as probableOomKill, where its end is known",
    async play() {
      const data = await starve("tail /dev/zero; sleep 1048", "child");
      hold(data["probableOomKill"] === true || mayBeUnknown(data), () => JSON.stringify(data));
      return `signal ${data["signal"]}, probableOomKill ${data["probableOomKill"] ?? false}`;
    },
  },
  {
    name: "all of a scope is killed for memory (memory.oom.group): told as oomGroupKill",
    async play() {
      const agent = await mainAgent();
      const scope = await startScope(memory);
      try {
        writeFileSync(`${scope.path}/memory.oom.group`, "1");
        await container(scope);
        scope.say("sleep 1049 & tail /dev/zero");
        const { data } = await agent.event("container.exited", isOf(scope));
        if (data.probableOomKill !== true) throw new Skip(`not told: ${removedBefore}`);
        hold(data.oomGroupKill === true, () => JSON.stringify(data));
        return `signal ${data.signal}, containerOomKills ${data.containerOomKills}`;
      } finally {
        await scope.remove();
      }
    },
  },
  {
    name: "one that was killed otherwise is not",
    async play() {
      const agent = await mainAgent();
      const scope = await startScope(memory);
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
