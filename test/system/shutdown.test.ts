import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Agent, type AgentOptions, type Json, startAgent } from "../support/binary.ts";
import { childOf } from "../support/child-of.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";
import { openStream } from "../support/stream.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/shutdown.test.ts: ${namespaceProblem}`);

/** Takes a while to end, as one that drains its connections; says on the way that it has begun. */
const slow = [
  "sh",
  "-c",
  "trap 'echo draining; sleep 1.5 & wait $!; exit 3' TERM; echo up; while :; do sleep 1000 & wait $!; done",
];
/** Never ends by itself. */
const deaf = ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 1000; done"];

describe.skipIf(skip)("the end of sexton", () => {
  let namespace: Namespace;
  let agents: Agent[] = [];
  beforeEach(async () => {
    namespace = await createNamespace();
  });
  afterEach(async () => {
    await namespace.close();
    await Promise.all(agents.map((agent) => agent.exited));
    agents = [];
  });

  async function start(options: AgentOptions = {}) {
    const agent = await startAgent({ wrapper: namespace.enter, ...options });
    agents.push(agent);
    return { ...agent, pid: childOf(agent.pid) };
  }

  /** A root process of the namespace, when sexton has seen it. */
  async function startApp(agent: Agent, command: readonly string[]) {
    const app = namespace.start(command);
    const reader = app.stdout.getReader();
    await reader.read();
    await eventually("sexton to know the app", async () => {
      const { targets } = await agent.json("/signal");
      return (targets as Json[]).length > 0;
    });
    return { pid: childOf(app.pid), exited: app.exited };
  }

  test("as a plain container it goes on until the app has ended, which it tells, and exits 0", async () => {
    const agent = await start();
    const app = await startApp(agent, slow);
    const stream = await openStream(`${agent.url}/events`, "text/event-stream");
    const startedAt = performance.now();
    process.kill(agent.pid, "SIGTERM");
    process.kill(app.pid, "SIGTERM");
    await eventually("word of it in the log", () => agent.stderr().includes("goes on until the app has ended"));
    expect((await agent.fetch("/readyz")).status).toBe(200);
    expect(await app.exited).toBe(3);
    expect(await agent.exited).toBe(0);
    expect(performance.now() - startedAt).toBeGreaterThan(1_400);
    await stream.waitFor("agent.stopping");
    const told = stream.text();
    expect(told.indexOf("agent.stopping")).toBeGreaterThan(told.lastIndexOf("process.exited"));
    expect(told).toMatch(/"reason":"SIGTERM","waitedSeconds":[\d.]+,"left":\[\]/);
    stream.socket.destroy();
  });

  test("as a native sidecar it finds nobody to wait for, and is gone within 2 s, whatever its collector does", async () => {
    const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    try {
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${silent.port}`,
        OTEL_EXPORTER_OTLP_TIMEOUT: "10000",
      };
      const agent = await start({ env });
      const app = await startApp(agent, slow);
      process.kill(app.pid, "SIGTERM");
      await app.exited;
      const startedAt = performance.now();
      process.kill(agent.pid, "SIGTERM");
      expect(await agent.exited).toBe(0);
      // A busy machine is not what is measured.
      expect(performance.now() - startedAt).toBeLessThan(4_000);
      expect(agent.stderr()).not.toContain("goes on until");
    } finally {
      silent.stop(true);
    }
  });

  test("it waits no longer than shutdown.delay, and reloads nothing meanwhile", async () => {
    const agent = await start({ args: ["--shutdown-delay", "1s", "--watch", "conf=/tmp,target=sh,settle=0s"] });
    await startApp(agent, deaf);
    process.kill(agent.pid, "SIGTERM");
    const { watches } = await eventually("the hold", async () => {
      const found = await agent.json("/reloads");
      return found["watches"][0]["heldUntil"] === null ? null : found;
    });
    expect(watches[0]).toMatchObject({ name: "conf" });
    expect(await agent.exited).toBe(0);
    expect(agent.stderr()).toContain("the app is still there");
  });

  test.each<[string, readonly string[], readonly NodeJS.Signals[]]>([
    ["a second SIGTERM", [], ["SIGTERM", "SIGTERM"]],
    ["SIGINT after SIGTERM", [], ["SIGTERM", "SIGINT"]],
    ["SIGINT alone", [], ["SIGINT"]],
    ["shutdown.delay of 0s", ["--shutdown-delay", "0s"], ["SIGTERM"]],
  ])("%s ends it at once, though the app is there", async (_, args, [first, second]) => {
    const agent = await start({ args });
    await startApp(agent, deaf);
    const startedAt = performance.now();
    process.kill(agent.pid, first);
    if (second) {
      await eventually("the wait", () => agent.stderr().includes("goes on until"));
      process.kill(agent.pid, second);
    }
    expect(await agent.exited).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  test("shutdown.exitWithApp: it exits 0 when the app has ended, and not before there was one", async () => {
    const agent = await start({ args: ["--shutdown-exit-with-app"] });
    const job = namespace.start(["sh", "-c", "sleep 0.3; exit 5"]);
    expect(await job.exited).toBe(5);
    expect(await agent.exited).toBe(0);
    expect(agent.stderr()).toMatch(/reason="?app-exited/);
  });

  test("without it sexton stays when the app has ended", async () => {
    const agent = await start();
    const app = await startApp(agent, slow);
    const stream = await openStream(`${agent.url}/events?types=process.exited`, "text/event-stream");
    process.kill(app.pid, "SIGTERM");
    await app.exited;
    await stream.waitFor(`"pid":`);
    stream.socket.destroy();
    // It would end a fifth of a second later.
    expect(await Promise.race([agent.exited, Bun.sleep(600).then(() => "there")])).toBe("there");
  });

  test("POST /pod/restart: it answers, tells who asked, and exits 88 without waiting for the app", async () => {
    const agent = await start({ args: ["--pod-restart"] });
    await startApp(agent, deaf);
    const stream = await openStream(`${agent.url}/events`, "text/event-stream");
    expect((await agent.post("/pod/restart?dryRun=true")).status).toBe(200);
    const answer = await agent.post("/pod/restart");
    expect([answer.status, ((await answer.json()) as Json)["exitCode"]]).toEqual([202, 88]);
    expect(await agent.exited).toBe(88);
    await stream.waitFor("agent.stopping");
    expect(stream.text()).toMatch(/"reason":"pod-restart","caller":\{"role":"operate"/);
    stream.socket.destroy();
  });

  test("a hook at the probes' listener ends the app, once for all who call, and answers when it has", async () => {
    const config = JSON.stringify({ end: { verb: "terminate", wait: "10s" } });
    const agent = await start({ args: ["--probes", "127.0.0.1:0", "--hooks", config] });
    const app = await startApp(agent, slow);
    const probes = `http://${/addresses=\[[^\]]*,"([^"]+)"/.exec(agent.stderr())?.[1]}`;
    expect((await fetch(`${probes}/hooks/none`)).status).toBe(404);
    expect((await fetch(`${probes}/pod/restart`, { method: "POST" })).status).toBe(403);
    const answers = await Promise.all([fetch(`${probes}/hooks/end`), agent.fetch("/hooks/end")]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await answers[0]?.json()).toMatchObject({ status: "done", detail: expect.stringContaining("exit") });
    expect(await app.exited).toBe(3);
    expect((await fetch(`${probes}/hooks/end`)).status).toBe(200);
    const { events } = await agent.json("/events?types=hook.*,signal.*");
    expect((events as Json[]).map(({ type }) => type)).toEqual(["hook.started", "signal.sent", "hook.ended"]);
    expect(events[1]).toMatchObject({ cause: events[0].id, data: { caller: { role: "probe" } } });
  });
});
