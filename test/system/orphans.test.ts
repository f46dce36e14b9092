import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { eventsOf, waitForEvents } from "../support/graveyard.ts";
import { namespaceProblem } from "../support/namespace.ts";
import { compileParent } from "../support/parent.ts";
import { eventually } from "../support/poll.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/orphans.test.ts: ${namespaceProblem}`);

const parents = compileParent();
afterAll(() => parents.close());

describe.skipIf(skip)("sexton as pid 1 of a PID namespace", () => {
  let agent: Agent;
  let enter: string[];
  beforeEach(async () => {
    const wrapper = ["unshare", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"];
    agent = await startAgent({ wrapper, env: { SEXTON_ZOMBIES_REMEDY: "report", SEXTON_ZOMBIES_MIN_AGE: "1h" } });
    const pid = readFileSync(`/proc/${agent.pid}/task/${agent.pid}/children`, "utf8").trim();
    enter = ["nsenter", "--target", pid, "--pid", "--mount", "--"];
  });
  afterEach(() => agent.stop("SIGKILL"));

  const run = (...command: readonly string[]) =>
    Bun.spawn([...enter, ...command], { stdin: "ignore", stdout: "ignore", stderr: "inherit" });
  const zombies = async () => (await agent.json("/zombies"))["zombies"] as Json[];

  test("collects its orphans at once, also under report and whatever their age", async () => {
    await run("sh", "-c", "(sleep 0.2; exit 3) & exit 0").exited;
    const [reaped] = await waitForEvents(agent, "zombie.reaped");
    expect(reaped?.["data"]).toMatchObject({ by: "sexton", strategy: "wait", parent: { pid: 1 } });
    expect(reaped?.["data"].ageSeconds).toBeLessThan(10);
    const [remedy] = await eventsOf(agent, "zombie.remedy");
    expect(remedy?.["data"]).toMatchObject({ remedy: "wait", by: "config", outcome: "reaped" });
    const exited = (await eventsOf(agent, "process.exited")).find(
      ({ process }) => process.id === reaped?.["process"].id,
    );
    expect(exited?.["data"]).toMatchObject({ exitCode: 3 });
    expect(await zombies()).toEqual([]);
  });

  test("collects many that end together, and leaves to others what is theirs", async () => {
    const never = run(...parents.command("never", 3));
    await eventually("the zombies of another", async () => (await zombies()).length === 3);
    await run("sh", "-c", "for i in $(seq 40); do (sleep 0.3; exit $i) & done; exit 0").exited;
    // Each is a shell and its sleep, which the shell itself waits for.
    await waitForEvents(agent, "zombie.reaped", 40);
    await eventually("the orphans to be gone", async () => (await zombies()).length === 3);
    expect((await zombies()).map(({ cause }) => cause)).toEqual(Array(3).fill("just-exited"));
    const reaped = await eventsOf(agent, "zombie.reaped");
    expect(new Set(reaped.map(({ process }) => process.id)).size).toBe(40);
    expect(reaped).toHaveLength(40);
    never.kill();
  });

  test("waits for nobody else's", async () => {
    const never = run(...parents.command("never", 1));
    await eventually("a zombie of another", async () => (await zombies()).length === 1);
    const refused = (await (await agent.post("/zombies/reap?strategy=wait")).json()) as Json;
    expect(refused["results"]).toMatchObject([{ strategy: "wait", outcome: "refused" }]);
    expect(refused["results"][0].detail).toStartWith("Only a parent can wait for its children");
    never.kill();
  });
});
