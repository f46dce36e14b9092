import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { eventsOf, startParent, waitForEvents } from "../support/graveyard.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { compileParent } from "../support/parent.ts";
import { eventually } from "../support/poll.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/remedies.test.ts: ${namespaceProblem}`);

const parents = compileParent();
afterAll(() => parents.close());

describe.skipIf(skip)("remedies for zombies, in a PID namespace of their own", () => {
  let namespace: Namespace;
  let agent: Agent;
  beforeEach(async () => {
    namespace = await createNamespace();
  });
  afterEach(() => namespace.close());
  const start = async (env: Record<string, string> = {}) => {
    agent = await startAgent({ wrapper: namespace.enter, env: { SEXTON_ZOMBIES_MIN_AGE: "200ms", ...env } });
  };
  const startOne = (...given: Parameters<typeof parents.command>) =>
    startParent(namespace, agent, parents.command(...given));
  const reap = async (query: string) => (await (await agent.post(`/zombies/reap?${query}`)).json()) as Json;
  const states = async () => {
    const all = (await agent.json("/processes"))["processes"] as Json[];
    return Object.fromEntries(all.map(({ pid, state }) => [pid, state]));
  };
  /** One event of each zombie's collection, and no second one a moment later. */
  async function reapedOnce(count: number): Promise<Json[]> {
    await waitForEvents(agent, "process.reaped", count);
    await Bun.sleep(100);
    return (await eventsOf(agent, "zombie.reaped")).map(({ process, data, cause }) => ({
      pid: process.pid,
      ...data,
      cause,
    }));
  }

  test("nudge: a handler that waits once for each signal collects them all, signal by signal", async () => {
    await start();
    const handler = await startOne("handler", 5);
    const zombies = (await handler.zombies()).map(({ pid }) => pid as number);
    await waitForEvents(agent, "zombie.detected", 5);
    const answer = await reap("strategy=nudge");
    expect(answer).toMatchObject({ reaped: 5, remaining: 0 });
    expect(answer["results"].map(({ pid, strategy, outcome }: Json) => [pid, strategy, outcome])).toEqual(
      zombies.map((pid) => [pid, "nudge", "reaped"]),
    );
    await eventually("five signals", () => handler.said(/^taken 5$/).length === 1);
    const [remedy] = await eventsOf(agent, "zombie.remedy");
    expect(remedy).toMatchObject({
      process: { pid: handler.pid },
      data: { remedy: "nudge", by: "request", outcome: "reaped", count: 5, reaped: 5, stoppedMicros: null },
    });
    expect((await reapedOnce(5)).sort((a, b) => a["pid"] - b["pid"])).toMatchObject(
      zombies.map((pid) => ({ pid, by: "sexton", strategy: "nudge", cause: remedy?.["id"] })),
    );
    expect(await eventsOf(agent, "zombie.remedy")).toHaveLength(1);
  });

  test("nudge is refused for a parent that has no handler, and auto names what else there is", async () => {
    await start();
    const never = await startOne("never", 2);
    const refused = await reap("strategy=nudge");
    expect(refused).toMatchObject({ reaped: 0, remaining: 2 });
    expect(refused["results"][0]).toMatchObject({ outcome: "refused", detail: expect.stringContaining("no handler") });
    expect((await reap(""))["results"][0].detail).toContain("terminate-parent");
    expect(await never.zombies()).toHaveLength(2);
  });

  test("terminate-parent: SIGTERM, and pid 1 collects what it leaves", async () => {
    await start();
    const tidy = await startOne("tidy", 2);
    const other = await startOne("never", 1);
    await waitForEvents(agent, "zombie.detected", 3);
    const pids = (await tidy.zombies()).map(({ pid }) => pid);
    const answer = await reap(`strategy=terminate-parent&pids=${pids}`);
    expect(answer).toMatchObject({ reaped: 2, remaining: 0 });
    expect(await tidy.exited).toBe(0);
    const [sent, ...more] = await eventsOf(agent, "signal.sent");
    expect(more).toEqual([]);
    expect(sent).toMatchObject({ process: { pid: tidy.pid }, data: { signal: "SIGTERM", remedy: "terminate-parent" } });
    const exits = await waitForEvents(agent, "process.exited", 4);
    expect(exits.find(({ process }) => process.pid === tidy.pid)).toMatchObject({
      data: { exitCode: 0 },
      cause: sent?.["id"],
    });
    expect(await reapedOnce(3)).toMatchObject(Array(2).fill({ by: "sexton", strategy: "terminate-parent" }));
    expect((await states())[other.pid]).toBe("sleeping");
  });

  test("terminate-parent is refused where SIGTERM is not allowed, and is not offered", async () => {
    await start({ SEXTON_SIGNALS_ALLOW: "HUP", SEXTON_ZOMBIES_REMEDY: "terminate-parent" });
    const never = await startOne("never", 2);
    await waitForEvents(agent, "zombie.detected", 2);
    for (const query of ["strategy=terminate-parent", "strategy=terminate-parent&dryRun=true"]) {
      const answer = await reap(query);
      expect(answer).toMatchObject({ reaped: 0, remaining: 2 });
      expect(answer["results"][0]).toMatchObject({
        outcome: "refused",
        detail: expect.stringContaining("allows SIGHUP"),
      });
    }
    expect((await never.zombies())[0]?.["remedies"]).not.toContain("terminate-parent");
    await Bun.sleep(1_200); // One more try of sexton's own.
    expect(await eventsOf(agent, "signal.sent")).toEqual([]);
    expect((await states())[never.pid]).toBe("sleeping");
  });

  for (const [remedy, mode] of [
    ["nudge", "handler"],
    ["adopt", "never"],
    ["terminate-parent", "tidy"],
  ] as const) {
    const reason = remedy === "adopt" && process.arch !== "x64" ? " (adoption is for x86-64 alone)" : "";
    test.skipIf(reason !== "")(`${remedy} is done of sexton's own accord where it is configured${reason}`, async () => {
      await start({ SEXTON_ZOMBIES_REMEDY: remedy });
      const parent = await startOne(mode, 2);
      const reaped = await reapedOnce(mode === "tidy" ? 3 : 2);
      expect(reaped).toMatchObject(Array(2).fill({ by: "sexton", strategy: remedy, parent: { pid: parent.pid } }));
      const told = await eventsOf(agent, "zombie.remedy");
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({
        process: { pid: parent.pid },
        data: { remedy, by: "config", outcome: "reaped", reaped: 2 },
      });
      expect(reaped.map(({ cause }) => cause)).toEqual([told[0]?.["id"], told[0]?.["id"]]);
      if (mode !== "never") return;
      // The parent goes on, and its next zombie is treated too.
      parent.signal("SIGUSR2");
      await waitForEvents(agent, "zombie.reaped", 3);
      expect((await states())[parent.pid]).toBe("sleeping");
    });
  }

  test("what is in vain is tried again ever less often", async () => {
    await start({ SEXTON_ZOMBIES_REMEDY: "nudge" });
    const vain = await startOne("vain", 1);
    await waitForEvents(agent, "zombie.remedy", 3);
    await Bun.sleep(2_500);
    const tries = await eventsOf(agent, "zombie.remedy");
    expect(tries.map(({ data }) => data.outcome)).toEqual(["failed", "failed", "failed"]);
    const [first = 0, second = 0, third = 0] = tries.map(({ time }) => Date.parse(time));
    expect(second - first).toBeGreaterThan(950);
    expect(third - second).toBeGreaterThan(1_950);
    expect(vain.said(/^taken/)).toHaveLength(3);
    // Who can be helped is helped meanwhile.
    await startOne("handler", 1);
    await waitForEvents(agent, "zombie.reaped", 1);
  });

  test("pid 1 is neither nudged nor ended, whoever asks", async () => {
    await namespace.close();
    namespace = await createNamespace(parents.command("handler", 2));
    await start({ SEXTON_ZOMBIES_REMEDY: "terminate-parent" });
    const [detected] = await waitForEvents(agent, "zombie.detected", 2);
    expect(detected?.["data"]).toMatchObject({ cause: "init-not-reaping", parent: { pid: 1 } });
    for (const strategy of ["nudge", "terminate-parent"]) {
      const answer = await reap(`strategy=${strategy}`);
      expect(answer).toMatchObject({ reaped: 0, remaining: 2 });
      expect(answer["results"][0]).toMatchObject({ outcome: "refused", detail: expect.stringContaining("pid 1") });
    }
    expect(await reap("strategy=auto")).toMatchObject({ reaped: 0, remaining: 2 });
    await Bun.sleep(1_200); // One try of sexton's own.
    const zombies = (await agent.json("/zombies"))["zombies"] as Json[];
    expect(zombies.map(({ cause }) => cause)).toEqual(["init-not-reaping", "init-not-reaping"]);
    expect(zombies[0]?.["remedies"]).not.toContain("nudge");
    expect((await eventsOf(agent, "zombie.remedy")).map(({ data }) => [data.by, data.outcome])).toEqual([
      ["request", "refused"],
      ["request", "refused"],
    ]);
    expect(await eventsOf(agent, "signal.sent")).toEqual([]);
  });
});
