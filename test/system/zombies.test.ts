import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { eventsOf, startParent, waitForEvents } from "../support/graveyard.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { compileParent } from "../support/parent.ts";
import { eventually } from "../support/poll.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/zombies.test.ts: ${namespaceProblem}`);

const parents = compileParent();
const folder = mkdtempSync(join(tmpdir(), "sexton-zombies-"));
const config = join(folder, "sexton.yaml");
afterAll(() => {
  parents.close();
  rmSync(folder, { recursive: true });
});

describe.skipIf(skip)("zombies, in a PID namespace of their own", () => {
  let namespace: Namespace;
  let agent: Agent;
  beforeEach(async () => {
    namespace = await createNamespace();
  });
  afterEach(() => namespace.close());
  const start = async (yaml: string) => {
    writeFileSync(config, yaml);
    agent = await startAgent({ wrapper: namespace.enter, args: ["--config", config] });
  };
  const reload = async (yaml: string) => {
    writeFileSync(config, yaml);
    const before = agent.stderr().split("configuration read again").length;
    // The pid that there is outside is nsenter's.
    Bun.spawnSync([...namespace.enter, "pkill", "-HUP", "-x", "sexton"]);
    await eventually("the reload", () => agent.stderr().split("configuration read again").length > before);
  };
  const startOne = (...given: Parameters<typeof parents.command>) =>
    startParent(namespace, agent, parents.command(...given));

  test("are told when they are old enough, with who is to blame, and who collected them in the end", async () => {
    await start("zombies: { minAge: 1500ms }");
    const soon = namespace.start(parents.command("soon", 2));
    const never = await startOne("never", 1);
    const [young] = await never.zombies();
    expect(young).toMatchObject({ exitCode: 7, sinceIsExact: true, cause: "just-exited" });

    const [detected = {}] = await waitForEvents(agent, "zombie.detected");
    expect(detected["process"]).toMatchObject({ pid: young?.["pid"], id: young?.["id"], name: "parent" });
    expect(detected["data"]).toMatchObject({
      exitCode: 7,
      cause: "parent-not-waiting",
      parent: { pid: never.pid },
      ageIsExact: true,
    });
    expect(detected["data"].ageSeconds).toBeGreaterThanOrEqual(1.5);
    expect(detected["data"].ageSeconds).toBeLessThan(10);
    const [old] = await never.zombies();
    expect(old).toMatchObject({ since: young?.["since"], cause: "parent-not-waiting" });
    expect((await agent.json("/zombies"))["byParent"]).toMatchObject([
      { parent: { pid: never.pid }, count: 1, perHour: 60 },
    ]);

    never.signal("SIGUSR1");
    const [reaped = {}] = await waitForEvents(agent, "zombie.reaped");
    expect(reaped).toMatchObject({ cause: detected["id"], process: { id: young?.["id"] } });
    expect(reaped["data"]).toMatchObject({ by: "parent", strategy: null, parent: { pid: never.pid } });
    expect(reaped["data"].ageSeconds).toBeGreaterThanOrEqual(detected["data"].ageSeconds);
    expect(await agent.json("/zombies")).toMatchObject({ zombies: [], oldestAgeSeconds: null });
    // Those of the parent that collects after 200 ms were never called so.
    soon.kill();
    expect(await eventsOf(agent, "zombie.*")).toHaveLength(2);
  });

  test("are told to be collected by pid 1 when their parent has ended", async () => {
    await start("zombies: { minAge: 200ms }");
    const never = await startOne("never", 3);
    await waitForEvents(agent, "zombie.detected", 3);
    never.signal("SIGKILL");
    const reaped = await waitForEvents(agent, "zombie.reaped", 3);
    expect(reaped.map(({ data }) => data)).toMatchObject(Array(3).fill({ by: "init", parent: { pid: never.pid } }));
  });

  test("that were there before sexton are told too", async () => {
    const child = namespace.start(parents.command("never", 2));
    await Bun.sleep(300);
    await start("zombies: { minAge: 300ms }");
    const detected = await waitForEvents(agent, "zombie.detected", 2);
    expect(detected[0]?.["data"]).toMatchObject({ exitCode: 7, ageIsExact: false, cause: "parent-not-waiting" });
    child.kill();
  });

  test("are left alone under report, whatever would help", async () => {
    await start("zombies: { minAge: 200ms, remedy: report }");
    const handler = await startOne("handler", 3);
    await waitForEvents(agent, "zombie.detected", 3);
    await Bun.sleep(2_000); // Longer than a first try, and a second.
    expect(await eventsOf(agent, "zombie.remedy,zombie.reaped,signal.*")).toEqual([]);
    expect(handler.said(/taken/)).toEqual([]);
    const zombies = await handler.zombies();
    expect(zombies.map(({ remedies }) => remedies[0])).toEqual(["nudge", "nudge", "nudge"]);
  });

  test("have the settings of the target that their parent belongs to", async () => {
    await start(`
zombies: { minAge: 1h }
targets:
  quick: { args: parent handler, zombies: { minAge: 300ms, remedy: nudge } }
  slow: { args: parent vain, zombies: { minAge: 300ms } }
  filed: { pidFile: ${folder}/pid, zombies: { minAge: 300ms } }
`);
    const [quick, slow, filed, other] = await Promise.all([
      startOne("handler", 2),
      startOne("vain"),
      startOne("tidy"),
      startOne("never"),
    ]);
    writeFileSync(join(folder, "pid"), `${filed.pid}\n`);
    await waitForEvents(agent, "zombie.reaped", 2);
    const detected = await waitForEvents(agent, "zombie.detected", 4);
    const expected = [quick, quick, slow, filed].map(({ pid }) => pid);
    expect(detected.map(({ data }) => data.parent.pid).sort()).toEqual(expected.sort());
    expect((await eventsOf(agent, "zombie.remedy")).map(({ process }) => process.pid)).toEqual([quick.pid]);
    expect(await quick.zombies()).toEqual([]);
    expect((await slow.zombies())[0]).toMatchObject({ cause: "parent-not-waiting" });
    expect((await other.zombies())[0]).toMatchObject({ cause: "just-exited" });
  });

  test("are treated by new settings when the configuration is read again", async () => {
    await start("zombies: { minAge: 1h, remedy: nudge }");
    const handler = await startOne("handler", 2);
    const ages = async () => (await handler.zombies()).map(({ cause }: Json) => cause);
    await reload("zombies: { minAge: 100ms, remedy: report }");
    await waitForEvents(agent, "zombie.detected", 2);
    expect(await ages()).toEqual(["parent-not-waiting", "parent-not-waiting"]);
    await reload("zombies: { minAge: 100ms, remedy: nudge }");
    const reaped = await waitForEvents(agent, "zombie.reaped", 2);
    expect(reaped.map(({ data }) => data)).toMatchObject(Array(2).fill({ by: "sexton", strategy: "nudge" }));
    expect(await ages()).toEqual([]);
  });
});
