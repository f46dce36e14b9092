import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { kernelIsAtLeast } from "../support/kernel-version.ts";
import { linesOf } from "../support/lines.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/watch.test.ts: ${namespaceProblem}`);

/** Before Linux 6.14 kernel.pid_max is the machine's own, and not to be touched. */
const limitIsShared = !kernelIsAtLeast(6, 14);
if (limitIsShared) console.warn("Skipped in test/system/watch.test.ts: pid_max is of a namespace from Linux 6.14 on");

/** The register so far. */
async function eventsOf(agent: Agent, query = ""): Promise<Json[]> {
  return (await agent.json(`/events${query}`))["events"];
}

describe.skipIf(skip)("the binary's register, in a PID namespace of its own", () => {
  let namespace: Namespace;
  beforeEach(async () => {
    namespace = await createNamespace();
  });
  afterEach(() => namespace.close());

  const waitFor = (agent: Agent, type: string, command: string) =>
    eventually(`${type} of ${command}`, async () =>
      (await eventsOf(agent, "?types=process.*")).find(
        (event) => event["type"] === type && String(event["process"].commandLine).startsWith(command),
      ),
    );

  test("a worker of another container that crashes is told with its signal, and why after a signal of ours", async () => {
    const agent = await startAgent({ wrapper: namespace.enter });
    const worker = namespace.start(["sleep", "1009"]);
    const started = await waitFor(agent, "process.started", "sleep 1009").catch(() =>
      waitFor(agent, "process.execed", "sleep 1009"),
    );
    const { pid } = started["process"];
    await agent.post(`/processes/${pid}/signal?wait=0`, { body: "TERM" });
    const exited = await waitFor(agent, "process.exited", "sleep 1009");
    expect(exited["data"]).toMatchObject({ exitCode: null, signal: "SIGTERM" });
    const sent = (await eventsOf(agent, "?types=signal.sent"))[0];
    expect(exited["cause"]).toBe(sent?.["id"]);
    expect(sent?.["id"]).toBeLessThan(exited["id"]);
    await waitFor(agent, "process.reaped", "sleep 1009");
    await worker.exited;
  });

  test.skipIf(limitIsShared)("a pid that is used again after the counter wrapped is another process", async () => {
    const limited = Bun.spawnSync([
      ...namespace.enter,
      "sh",
      "-c",
      "echo 400 > /proc/sys/kernel/pid_max && echo 300 > /proc/sys/kernel/ns_last_pid",
    ]);
    expect(limited.exitCode).toBe(0);
    const agent = await startAgent({ wrapper: namespace.enter });
    // Ten at a time, so that each lives long enough to be seen; ids start anew at 300 (RESERVED_PIDS) after 400.
    const script =
      "n=0; while [ $n -lt 30 ]; do for i in 1 2 3 4 5 6 7 8 9 0; do sleep 0.06 & done; wait; n=$((n+1)); done; echo done; read line";
    const storm = namespace.start(["sh", "-c", script]);
    await linesOf(storm.stdout).waitFor("done");
    const started = (await eventsOf(agent, "?types=process.started")).map((event) => event["process"]);
    const byPid = Map.groupBy(started, ({ pid }) => pid);
    const reused = [...byPid.values()].find(({ length }) => length > 1);
    expect(new Set(reused?.map(({ id }) => id)).size).toBe(reused?.length ?? -1);
    storm.kill();
  });

  test.skipIf(limitIsShared)("of ids that a wrap was in between each is seen or counted", async () => {
    const limited = Bun.spawnSync([...namespace.enter, "sh", "-c", "echo 2000 > /proc/sys/kernel/pid_max"]);
    expect(limited.exitCode).toBe(0);
    const agent = await startAgent({ wrapper: namespace.enter });
    const unseen = async () =>
      Number(/^sexton_watch_unseen_ids_total (\d+)/m.exec(await (await agent.fetch("/metrics")).text())?.[1]);
    const before = await unseen();
    // Subshells that end at once: three times around, with 1,700 ids (300 to 1999) in each.
    const storm = namespace.start([
      "sh",
      "-c",
      "n=0; while [ $n -lt 5000 ]; do (:); n=$((n+1)); done; echo $$; read line",
    ]);
    const parent = Number(await linesOf(storm.stdout).waitForMatch(/^\d+$/));
    const seen = async () =>
      (await eventsOf(agent, "?types=process.started")).filter((event) => event["process"].ppid === parent).length;
    // The last of them by the next tick.
    const told = await eventually("all to be seen or counted", async () => {
      const sum = (await seen()) + (await unseen()) - before;
      return sum >= 5_000 ? sum : null;
    });
    // The storm itself, and what else has come and gone there.
    expect(told).toBeLessThan(5_100);
    storm.kill();
  });

  test("what still exists after sexton was stopped for a while is told, and what ended meanwhile too", async () => {
    const agent = await startAgent({ wrapper: namespace.enter });
    namespace.start(["sleep", "1011"]);
    await eventually("the process", async () =>
      (await eventsOf(agent)).some((event) => event["process"]?.commandLine === "sleep 1011"),
    );
    const self = (await agent.json("/processes?name=sexton"))["processes"][0].pid;
    const inside = (signal: string, pid: number) =>
      Bun.spawnSync([...namespace.enter, "kill", `-${signal}`, String(pid)]);
    const victim = await eventually("the victim", async () => {
      const { processes } = await agent.json("/processes?name=sleep");
      return processes.find(({ commandLine }: Json) => commandLine === "sleep 1011")?.pid as number | undefined;
    });
    inside("STOP", self);
    inside("KILL", victim);
    namespace.start(["sleep", "1012"]);
    await Bun.sleep(3_000); // As long as the promise says.
    inside("CONT", self);
    expect((await waitFor(agent, "process.exited", "sleep 1011"))["data"]).toMatchObject({ signal: "SIGKILL" });
    await waitFor(agent, "process.started", "sleep 1012");
  });

  test("without enough file descriptors the rest is swept, and the doctor says so", async () => {
    const agent = await startAgent({ wrapper: [...namespace.enter, "sh", "-c", 'ulimit -n 160; exec "$@"', "sh"] });
    namespace.start(["sh", "-c", "i=0; while [ $i -lt 80 ]; do sleep 1013 & i=$((i+1)); done; wait"]);
    const doctor = await eventually("some to be swept", async () => {
      const found = await agent.json("/doctor");
      return found["watch"].swept > 0 && found["watch"].watched > 10 ? found : null;
    });
    expect(doctor["findings"].map(({ title }: Json) => title)).toContain("Some processes have no pidfd");
    const youngest = await eventually("all sleepers", async () => {
      const { processes } = await agent.json("/processes?name=sleep");
      const sleepers = (processes as Json[]).filter(({ commandLine }) => commandLine === "sleep 1013");
      return sleepers.length === 80 ? (sleepers.at(-1)?.["pid"] as number) : null;
    });
    await agent.post(`/processes/${youngest}/signal?wait=0`, { body: "TERM" });
    await eventually("the end of a swept one", async () =>
      (await eventsOf(agent, "?types=process.exited")).some((event) => event["process"].pid === youngest),
    );
  });

  test("without a JIT births and ends are still found", async () => {
    const agent = await startAgent({ wrapper: ["env", "BUN_JSC_useJIT=0", ...namespace.enter] });
    const child = namespace.start(["sleep", "2"]);
    await waitFor(agent, "process.exited", "sleep 2");
    expect((await agent.json("/doctor"))["findings"][0].title).toBe("Reduced mode");
    await child.exited;
  });

  test("metrics tell how the watching goes, on the probes' listener too", async () => {
    const agent = await startAgent({ args: ["--probes", "127.0.0.1:0"] });
    const probes = `http://${/addresses=\["[^"]+","([^"]+)"/.exec(agent.stderr())?.[1]}`;
    for (const base of [agent.url, probes]) {
      const response = await fetch(`${base}/metrics`);
      expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
      expect(await response.text()).toContain('sexton_watch_mechanism{mechanism="aio"} 1');
    }
    expect(await agent.stop()).toBe(0);
  });
});
