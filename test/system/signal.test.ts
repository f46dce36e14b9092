import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { linesOf } from "../support/lines.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";

const reloads = [process.execPath, join(import.meta.dir, "..", "programs", "reloads.ts")];
const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/signal.test.ts: ${namespaceProblem}`);

describe.skipIf(skip)("the binary beside other root processes of a PID namespace", () => {
  let namespace: Namespace;
  let agent: Agent;
  beforeEach(async () => {
    namespace = await createNamespace();
    agent = await startAgent({ wrapper: namespace.enter });
  });
  afterEach(() => namespace.close());

  const processes = async (query = "") => (await agent.json(`/processes${query}`))["processes"] as Json[];
  const named = (name: string) => eventually(`process ${name}`, async () => (await processes(`?name=${name}`))[0]);
  const mainPid = (command: string) =>
    eventually(
      command,
      async () =>
        (await processes()).find(
          (found) => found["role"] === "app" && String(found["commandLine"]).includes(command),
        )?.["pid"] as number,
    );

  test("roles: pid 1 is the pause, sexton is itself, the rest is the app", async () => {
    namespace.start(["sleep", "1001"]);
    await mainPid("sleep 1001");
    const byRole = Object.fromEntries((await processes()).map((found) => [found["role"], found["name"]]));
    expect(byRole).toMatchObject({ pause: "sh", self: "sexton" });
    const app = (await processes()).find((found) => found["commandLine"] === "sleep 1001");
    expect(app).toMatchObject({ role: "app", ppid: 0, container: null });
  });

  test("POST /signal/reload reaches the main app's handler, without any configuration", async () => {
    const lines = linesOf(namespace.start(reloads).stdout);
    await lines.waitFor("generation 1");
    const pid = await mainPid("reloads.ts");
    const response = await agent.post("/signal/reload?wait=100ms");
    expect(await response.json()).toMatchObject({
      pid,
      verb: "reload",
      signal: "SIGHUP",
      number: 1,
      disposition: "caught",
      sent: true,
      dryRun: false,
      outcome: { status: "unconfirmed", evidence: [] },
    });
    await lines.waitFor("generation 2");
  });

  test("a dry run decides, reports and sends nothing", async () => {
    const lines = linesOf(namespace.start(reloads).stdout);
    await lines.waitFor("generation 1");
    await mainPid("reloads.ts");
    const dry = await (await agent.post("/signal/reload?dryRun=true")).json();
    expect(dry).toMatchObject({ sent: false, sentAt: null, dryRun: true, disposition: "caught", outcome: null });
    await agent.post("/signal/reload?wait=0");
    await lines.waitFor("generation 2");
    expect(lines.has("generation 3")).toBe(false);
  });

  test("wait=0 answers at once with pending", async () => {
    await linesOf(namespace.start(reloads).stdout).waitFor("generation 1");
    await mainPid("reloads.ts");
    expect(await (await agent.post("/signal/reload?wait=0")).json()).toMatchObject({
      sent: true,
      outcome: { status: "pending" },
    });
  });

  test("an app without a handler is not reloaded to death; force=true is", async () => {
    const app = namespace.start(["sleep", "1002"]);
    const pid = await mainPid("sleep 1002");
    const refused = await agent.post("/signal/reload");
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ kind: "signal-unhandled", disposition: "default-terminate" });
    expect((await agent.fetch(`/processes/${pid}`)).status).toBe(200);
    const forced = await (await agent.post("/signal/reload?force=true&wait=5s")).json();
    expect(forced).toMatchObject({ sent: true, outcome: { status: "exited", signal: "SIGHUP", exitCode: null } });
    await app.exited;
  });

  test("terminate with wait tells the exit code", async () => {
    await linesOf(namespace.start(reloads).stdout).waitFor("generation 1");
    await mainPid("reloads.ts");
    const report = await (await agent.post("/signal/terminate?wait=5s")).json();
    expect(report).toMatchObject({
      verb: "terminate",
      signal: "SIGTERM",
      outcome: { status: "exited", exitCode: 3, signal: null },
    });
  });

  test("two apps: 409 with both candidates, and ?target= decides", async () => {
    namespace.start(["sleep", "1003"]);
    await linesOf(namespace.start(reloads).stdout).waitFor("generation 1");
    const sleeper = await mainPid("sleep 1003");
    const reloader = await mainPid("reloads.ts");
    const response = await agent.post("/signal/reload");
    expect(response.status).toBe(409);
    const body = (await response.json()) as { kind: string; candidates: { pid: number }[] };
    expect(body.kind).toBe("target-ambiguous");
    expect(body.candidates.map(({ pid }) => pid).sort()).toEqual([sleeper, reloader].sort());
    expect(
      await (await agent.post(`/signal/reload?target=${basename(realpathSync(process.execPath))}&wait=0`)).json(),
    ).toMatchObject({
      pid: reloader,
      sent: true,
    });
  });

  test("an exec session beside the app is not the app, when it came later", async () => {
    await linesOf(namespace.start(reloads).stdout).waitFor("generation 1");
    const pid = await mainPid("reloads.ts");
    const one = await agent.post(`/processes/${pid}/signal?wait=0`, { body: "HUP" });
    expect(await one.json()).toMatchObject({ pid, verb: null, signal: "SIGHUP", sent: true });
  });

  test("pid 1 and sexton itself are refused, forced or not", async () => {
    const self = (await named("sexton"))["pid"];
    for (const pid of [1, self]) {
      const response = await agent.post(`/processes/${pid}/signal?force=true`, { body: "TERM" });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ kind: "protected-process" });
    }
  });

  test("an id that no longer matches is refused", async () => {
    namespace.start(["sleep", "1004"]);
    const pid = await mainPid("sleep 1004");
    const response = await agent.post(`/processes/${pid}-1/signal`, { body: "TERM" });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ kind: "process-replaced" });
    expect((await agent.fetch(`/processes/${pid}`)).status).toBe(200);
  });

  test("a zombie is told, not signalled", async () => {
    // The parent execs into a program that never waits.
    namespace.start(["sh", "-c", "sleep 0.01 & exec sleep 1005"]);
    const zombie = await eventually("a zombie", async () => (await processes("?state=zombie"))[0]);
    const response = await agent.post(`/processes/${zombie["pid"]}/signal`, { body: "TERM" });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ kind: "process-gone" });
  });

  test("SIGTERM ends sexton with exit code 0, within 2 s", async () => {
    const self = (await named("sexton"))["pid"] as number;
    const started = Date.now();
    Bun.spawnSync([...namespace.enter, "kill", "-TERM", String(self)]);
    expect(await agent.exited).toBe(0);
    expect(Date.now() - started).toBeLessThan(2_000);
    expect(agent.stderr()).toContain('msg="sexton stops"');
  });
});
