import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Problem } from "#base/errors.ts";
import { createAgent, type SignalReport, type SignalRequest } from "#daemon/agent.ts";
import { createBus } from "#daemon/bus.ts";
import { createCauses } from "#daemon/causes.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { RegisterEvent } from "#process/event.ts";
import { agentSettings } from "../../support/agent-settings.ts";
import { linesOf } from "../../support/lines.ts";
import { eventually } from "../../support/poll.ts";

const reloads = join(import.meta.dir, "../..", "programs", "reloads.ts");
const apps: Bun.Subprocess[] = [];
afterEach(() => {
  for (const app of apps.splice(0)) app.kill(9);
});

/** One that reloads on SIGHUP, or one that a SIGHUP ends. */
async function start(command: readonly string[]) {
  const app = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "ignore" });
  apps.push(app);
  const lines = linesOf(app.stdout);
  await lines.waitForMatch(/./);
  return app;
}

const handling = [process.execPath, reloads];
const dying = ["sh", "-c", "echo ready; exec sleep 60"];

function watched() {
  const bus = createBus(Date.now);
  const events: RegisterEvent[] = [];
  bus.listen((event) => void events.push(event));
  const agent = createAgent(procRoot(), Date.now, agentSettings, { bus, causes: createCauses() });
  const reload = (pid: number, more: Partial<SignalRequest> = {}) =>
    agent.signal({
      verb: "reload",
      process: { pid, startTicks: null },
      force: true,
      dryRun: false,
      waitMs: null,
      abort: new AbortController().signal,
      ...more,
    });
  const ended = () => eventually("the end of the reload", () => events.find(({ type }) => /^reload\.[^s]/.test(type)));
  return { agent, events, reload, ended, types: () => events.map(({ type }) => type) };
}

const outcomeOf = (report: SignalReport | Problem) => ("outcome" in report ? report.outcome : report);

describe("a reload", () => {
  test("is told when it begins and how it ends, as its caller is", async () => {
    const { pid } = await start(handling);
    const { events, reload, types } = watched();
    const trace = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", flags: 1 };
    const report = await reload(pid, { trace });
    expect(outcomeOf(report)).toMatchObject({ status: "unconfirmed" });
    expect(types()).toEqual(["signal.sent", "reload.started", "reload.unconfirmed"]);
    const [sent, started, ended] = events as [RegisterEvent, RegisterEvent, RegisterEvent];
    expect(started).toMatchObject({ process: { pid }, cause: sent.id, trace });
    const target = "target" in report ? report.target.name : null;
    expect(started.data).toEqual({ target, verb: "reload", watch: null });
    expect(ended).toMatchObject({ process: { pid }, cause: started.id, trace });
    const { afterSeconds } = ended.data;
    const outcome = { outcome: "unconfirmed", evidence: [], afterSeconds };
    expect(ended.data).toEqual({ target, verb: "reload", watch: null, ...outcome });
    expect(afterSeconds).toBeWithin(1.99, 5);
    expect(ended.time - sent.time).toBeGreaterThanOrEqual(1_990);
  });

  test.each([
    ["does not wait", 0, "pending"],
    ["waits for less", 100, "unconfirmed"],
  ] as const)("is followed for 2 s though its caller %s", async (_, waitMs, status) => {
    const { pid } = await start(handling);
    const { events, reload, ended } = watched();
    const before = performance.now();
    expect(outcomeOf(await reload(pid, { waitMs }))).toMatchObject({ status, evidence: [] });
    expect(performance.now() - before).toBeLessThan(1_500);
    const { type, time } = await ended();
    expect(type).toBe("reload.unconfirmed");
    expect(time - (events[0]?.time ?? 0)).toBeGreaterThanOrEqual(1_990);
  });

  test.each(["before the signal", "after it"])("is followed though its caller has gone away %s", async (when) => {
    const { pid } = await start(handling);
    const { events, reload, ended } = watched();
    const caller = new AbortController();
    if (when === "before the signal") caller.abort();
    const answer = reload(pid, { waitMs: 3_000, abort: caller.signal });
    caller.abort();
    const before = performance.now();
    expect(outcomeOf(await answer)).toMatchObject({ status: "unconfirmed" });
    expect(performance.now() - before).toBeLessThan(1_500);
    await ended();
    expect((events.at(-1)?.time ?? 0) - (events[0]?.time ?? 0)).toBeGreaterThanOrEqual(1_990);
  });

  test.each([0, null])("has failed when the process ends, with a wait of %p", async (waitMs) => {
    const app = await start(dying);
    const { reload, ended, types } = watched();
    const report = await reload(app.pid, { waitMs });
    const exit = { exitCode: null, signal: "SIGHUP" };
    expect(outcomeOf(report)).toMatchObject(waitMs === 0 ? { status: "pending" } : { status: "exited", ...exit });
    const { type, data } = await ended();
    expect(type).toBe("reload.failed");
    expect(data).toMatchObject({ outcome: "exited", ...exit });
    expect(types()).toEqual(["signal.sent", "reload.started", "reload.failed"]);
  });

  test("is followed for as long as its proof may take", async () => {
    const { pid } = await start(handling);
    const { events, reload, ended } = watched();
    await reload(pid, { waitMs: 0, proof: { waitMs: 2_600, http: null, opened: null } });
    const { type, time } = await ended();
    expect(type).toBe("reload.unconfirmed");
    expect(time - (events[0]?.time ?? 0)).toBeGreaterThanOrEqual(2_590);
  });

  test("is told as it is known by then when sexton stops", async () => {
    const { pid } = await start(handling);
    const { agent, reload, types } = watched();
    await reload(pid, { waitMs: 0 });
    const before = performance.now();
    await agent.stop();
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(types()).toEqual(["signal.sent", "reload.started", "reload.unconfirmed"]);
    await agent.stop();
  });

  test("is neither a dry run nor another verb", async () => {
    const { pid } = await start(handling);
    const { agent, reload, types } = watched();
    await reload(pid, { dryRun: true });
    await reload(pid, { verb: "HUP", waitMs: 0 });
    await reload(pid, { verb: "terminate", waitMs: 0 });
    await agent.stop();
    expect(types()).toEqual(["signal.sent", "signal.sent"]);
  });

  test("does not take a descriptor for longer than it is followed", async () => {
    const { pid } = await start(handling);
    const { agent, reload } = watched();
    const open = () => [...new Bun.Glob("*").scanSync({ cwd: "/proc/self/fd", onlyFiles: false })].length;
    const before = open();
    for (let round = 0; round < 5; round++) await reload(pid, { waitMs: 0 });
    expect(open()).toBeGreaterThanOrEqual(before + 5);
    await agent.stop();
    await eventually("the descriptors to be closed", () => open() <= before);
  });
});
