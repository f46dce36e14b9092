import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { eventsOf, startParent, waitForEvents } from "../support/graveyard.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { compileParent } from "../support/parent.ts";
import { eventually } from "../support/poll.ts";
import { clockProblem, createSettableClock } from "../support/settable-clock.ts";
import { openStream } from "../support/stream.ts";

const problem = namespaceProblem ?? clockProblem;
if (problem) console.warn(`Skipped test/system/fault-clock.test.ts: ${problem}`);
const hour = 3_600;

describe.skipIf(problem !== null)("the wall clock is set", () => {
  const parents = problem === null ? compileParent() : null;
  const clock = problem === null ? createSettableClock() : null;
  const folder = mkdtempSync(join(tmpdir(), "sexton-fault-clock-"));
  let namespace: Namespace;
  beforeEach(async () => {
    clock?.set(0);
    namespace = await createNamespace();
  });
  afterEach(() => namespace.close());
  afterAll(() => {
    parents?.close();
    clock?.close();
    rmSync(folder, { recursive: true });
  });
  const start = (yaml: string): Promise<Agent> => {
    const config = join(folder, "sexton.yaml");
    writeFileSync(config, yaml);
    return startAgent({ wrapper: namespace.enter, args: ["--config", config], env: { ...clock?.env } });
  };
  const now = async (agent: Agent) => Date.parse((await agent.json("/processes"))["observedAt"]);

  test.each([
    ["back", -hour],
    ["on", hour],
  ])("an hour %s: births, ends, changes and streams go on, and readiness with them", async (_, seconds) => {
    const file = join(folder, `app-${seconds}.conf`);
    writeFileSync(file, "one");
    using app = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("reloaded") });
    const http = `{ url: "http://127.0.0.1:${app.port}/", method: POST }`;
    const agent = await start(`watch: [{ name: conf, paths: [${file}], settle: 100ms, rescan: 1s, http: ${http} }]`);
    const child = namespace.start(["sh", "-c", "sleep 1201 & read line"]);
    const started = await eventually("sleep 1201", async () => {
      const { processes } = await agent.json("/processes?name=sleep");
      return (processes as Json[]).find(({ commandLine }) => commandLine === "sleep 1201");
    });
    const stream = await openStream(`${agent.url}/events`, "text/event-stream");
    clock?.set(seconds);
    expect(Math.abs((await now(agent)) - Date.now() - seconds * 1_000)).toBeLessThan(60_000);
    // A start time stays the process's own: it is told by the clock of now.
    const again = await agent.json(`/processes/${started["pid"]}`);
    expect(again["id"]).toBe(started["id"]);
    expect(again["uptimeSeconds"]).toBeLessThan(60);
    expect(again["uptimeSeconds"]).toBeGreaterThan(0);

    namespace.start(["sleep", "1202"]);
    await eventually("the birth", async () =>
      (await eventsOf(agent, "process.*")).some((event) => event["process"]?.commandLine === "sleep 1202"),
    );
    await agent.post(`/processes/${started["pid"]}/signal?wait=5s`, { body: "TERM" });
    const [exited] = await eventually("the end", async () => {
      const all = await eventsOf(agent, "process.exited");
      const found = all.filter((event) => event["process"]?.pid === started["pid"]);
      return found.length > 0 ? found : null;
    });
    expect(exited?.["data"].runSeconds).toBeGreaterThanOrEqual(0);
    await stream.waitFor("sleep 1202");
    stream.socket.destroy();

    writeFileSync(file, "two");
    await waitForEvents(agent, "config.changed");
    await waitForEvents(agent, "reload.started");
    expect((await agent.fetch("/readyz")).status).toBe(200);
    expect((await agent.fetch("/livez")).status).toBe(200);
    child.kill();
    expect(await agent.fetch("/metrics").then(({ status }) => status)).toBe(200);
  });

  test("an hour on: nobody becomes an old zombie by that, who would be taken from a parent about to wait", async () => {
    const agent = await start("zombies: { minAge: 20s }");
    await startParent(namespace, agent, parents?.command("never", 1) ?? []);
    clock?.set(hour);
    const [zombie] = (await agent.json("/zombies"))["zombies"] as Json[];
    expect(zombie?.["cause"]).toBe("just-exited");
    expect(zombie?.["ageSeconds"]).toBeLessThan(20);
    const reap = await (await agent.post("/zombies/reap?strategy=nudge&minAgeSeconds=20")).json();
    expect(reap).toMatchObject({ reaped: 0 });
    expect(await eventsOf(agent, "zombie.*")).toEqual([]);
  });

  test("an hour back: zombies are told when they are old enough, not an hour late", async () => {
    const agent = await start("zombies: { minAge: 1500ms }");
    await startParent(namespace, agent, parents?.command("never", 1) ?? []);
    clock?.set(-hour);
    const [told] = await waitForEvents(agent, "zombie.detected");
    expect(told?.["data"].ageSeconds).toBeGreaterThanOrEqual(1.5);
    expect(told?.["data"].ageSeconds).toBeLessThan(30);
  });
});
