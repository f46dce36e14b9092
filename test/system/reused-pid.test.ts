import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";

setDefaultTimeout(60_000);

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/reused-pid.test.ts: ${namespaceProblem}`);

/** What runs in front of sexton: so few descriptors that it follows hardly anybody by pidfd. */
const fewDescriptors = ["sh", "-c", 'ulimit -n 160; exec "$@"', "sh"];
const sleepers = "i=0; while [ $i -lt 40 ]; do sleep 1000 & i=$((i+1)); done; wait";

describe.skipIf(skip)("a pid that is used again between two ticks", () => {
  let namespace: Namespace;
  beforeEach(async () => {
    namespace = await createNamespace();
  });
  afterEach(() => namespace.close());

  /** Runs a script in the namespace; what it says. */
  function inside(script: string): string {
    const { stdout, stderr, exitCode } = Bun.spawnSync([...namespace.enter, "sh", "-c", script], { stderr: "pipe" });
    if (exitCode !== 0) throw new Error(`${script}: ${stderr.toString()}`);
    return stdout.toString().trim();
  }

  const eventsOf = async (agent: Agent, pid: number): Promise<Json[]> => {
    const { events } = await agent.json("/events?types=process.*");
    return (events as Json[]).filter((event) => event["process"]?.pid === pid);
  };

  async function startWatched(wrapper: readonly string[]): Promise<{ agent: Agent; self: number }> {
    const agent = await startAgent({ wrapper: [...namespace.enter, ...wrapper] });
    const self = (await agent.json("/processes?name=sexton"))["processes"][0].pid as number;
    return { agent, self };
  }

  /** Takes the pid `pid` as the kernel would after a wrap; who has it then lives on. */
  const takeAgain = (pid: number) =>
    Number(inside(`echo ${pid - 1} > /proc/sys/kernel/ns_last_pid; sleep 1022 >/dev/null 2>&1 & echo $!`));

  const rows = [
    { how: "by pidfd", wrapper: [], fill: false, pidMax: null, goesOn: false },
    { how: "by pidfd, in a namespace of few pids", wrapper: [], fill: false, pidMax: 400, goesOn: false },
    { how: "by pidfd, and the counter has gone on", wrapper: [], fill: false, pidMax: null, goesOn: true },
    { how: "by sweeps", wrapper: fewDescriptors, fill: true, pidMax: null, goesOn: false },
    { how: "by sweeps, in a namespace of few pids", wrapper: fewDescriptors, fill: true, pidMax: 500, goesOn: false },
    { how: "by sweeps, and the counter has gone on", wrapper: fewDescriptors, fill: true, pidMax: null, goesOn: true },
  ];

  test.each(rows)("is told as two processes, followed $how", async ({ how, wrapper, fill, pidMax, goesOn }) => {
    if (pidMax !== null) {
      // Before Linux 6.14 the limit is the machine's own, and not to be touched.
      const limited = Bun.spawnSync([...namespace.enter, "sh", "-c", `echo ${pidMax} > /proc/sys/kernel/pid_max`]);
      if (limited.exitCode !== 0) return console.warn(`Skipped ${how}: kernel.pid_max is not the namespace's own`);
    }
    inside("echo 310 > /proc/sys/kernel/ns_last_pid");
    const { agent, self } = await startWatched(wrapper);
    const firstOf = (command: string) =>
      eventually(`${command} to be told`, async () => {
        const { events } = await agent.json("/events?types=process.*");
        const told = (events as Json[]).find((event) => event["process"]?.commandLine === command);
        return told?.["process"].pid as number | undefined;
      });
    if (fill) {
      namespace.start(["sh", "-c", sleepers]);
      await eventually("sexton to sweep", async () => (await agent.json("/doctor"))["watch"].swept > 10);
    }
    const victim = namespace.start(["sleep", "1021"]);
    const pid = await firstOf("sleep 1021");
    // The counter is beyond what it is set back to below.
    inside("echo 380 > /proc/sys/kernel/ns_last_pid");
    namespace.start(["sleep", "1024"]);
    await firstOf("sleep 1024");

    inside(`kill -STOP ${self}`);
    await eventually("sexton to stop", () => inside(`cut -d' ' -f3 /proc/${self}/stat`) === "T");
    inside(`kill -KILL ${pid}`);
    await victim.exited;
    expect(takeAgain(pid)).toBe(pid);
    if (goesOn) inside("echo 2000 > /proc/sys/kernel/ns_last_pid; sleep 1023 >/dev/null 2>&1 &");
    inside(`kill -CONT ${self}`);

    const bothTold = async () => {
      const events = await eventsOf(agent, pid);
      return new Set(events.map((event) => event["process"].id)).size > 1 ? events : null;
    };
    // At once, by the counter; where that tells nothing, by the listing that comes every five seconds.
    const told = await eventually("the second to be told", bothTold, goesOn ? 15_000 : 3_000);
    const [first, second] = [...new Set(told.map((event) => event["process"].id))];
    const typesOf = (id: string) =>
      told.filter((event) => event["process"].id === id).map(({ type }) => type as string);
    expect(typesOf(first).filter((type) => type !== "process.execed")).toEqual([
      "process.started",
      "process.exited",
      "process.reaped",
    ]);
    expect(typesOf(second)[0]).toBe("process.started");
    const idsOf = (type: string) => told.filter((event) => event["type"] === type).map(({ id }) => id as number);
    expect(idsOf("process.reaped")[0]).toBeLessThan(idsOf("process.started")[1] as number);
    const end = told.find(({ type }) => type === "process.reaped");
    // Who was swept has left nothing that could tell.
    expect(end?.["data"].signal).toBe(fill ? null : "SIGKILL");
    expect((await agent.json(`/processes/${pid}`))["id"]).toBe(second);
  });
});
