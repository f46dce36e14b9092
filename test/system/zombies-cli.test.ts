import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Agent, type Json, runBinary, startAgent } from "../support/binary.ts";
import { eventsOf, type Parent, startParent } from "../support/graveyard.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { compileParent } from "../support/parent.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped in test/system/zombies-cli.test.ts: ${namespaceProblem}`);

describe.skipIf(skip)("sexton zombies", () => {
  const parents = compileParent();
  let namespace: Namespace;
  let agent: Agent;
  let handler: Parent;
  let never: Parent;
  beforeEach(async () => {
    // --reap without --pids is for all that there are: not for those of this machine.
    namespace = await createNamespace();
    agent = await startAgent({ wrapper: namespace.enter, env: { SEXTON_ZOMBIES_MIN_AGE: "100ms" } });
    handler = await startParent(namespace, agent, parents.command("handler", 3));
    never = await startParent(namespace, agent, parents.command("never", 1));
  });
  afterEach(() => namespace.close());
  afterAll(() => parents.close());
  const run = (...args: string[]) => runBinary(["zombies", ...args, "--listen", agent.url.replace("http://", "")]);
  const pidsOf = async (parent: Parent) => (await parent.zombies()).map(({ pid }) => pid as number);

  test("prints a table with what to do, and with --json the answer", async () => {
    const table = await run();
    expect(table).toMatchObject({ code: 0, err: "" });
    expect(table.out).toMatch(/^ *PID +AGE +EXIT +NAME +PARENT +CONTAINER +CAUSE +REMEDIES\n/);
    expect(table.out).toContain(`parent(${handler.pid})`);
    expect(table.out).toContain("\n4 zombies of 2 parents, 0 strays, ");
    expect(table.out.match(/^- Have parent /gm)).toHaveLength(2);
    const answer = JSON.parse((await run("--json")).out) as Json;
    expect(answer).toMatchObject({ count: 4, byParent: [{ count: 3 }, { count: 1 }] });
  });

  test("--reap --dry-run says what would be done and does nothing; exit code 1 where something is refused", async () => {
    const pids = await pidsOf(handler);
    const dry = await run("--reap", "--dry-run", "--strategy", "nudge", "--pids", pids.join());
    expect(dry).toMatchObject({ code: 0, err: "" });
    expect(dry.out).toMatch(new RegExp(`^ *PID +STRATEGY +OUTCOME +DETAIL\\n *${pids[0]} +nudge +would-reap +`));
    expect(dry.out).toEndWith("0 reaped, 3 remaining\n");
    expect((await run("--reap", "--dry-run")).code).toBe(1);
    expect(await pidsOf(handler)).toEqual(pids);
    expect(await eventsOf(agent, "zombie.remedy,signal.*")).toEqual([]);
  });

  test("--min-age leaves the young to their parents", async () => {
    const young = await run("--reap", "--min-age", "3600", "--json");
    expect(young.code).toBe(1);
    const outcomes = (JSON.parse(young.out) as Json)["results"].map(({ outcome }: Json) => outcome);
    expect(outcomes).toEqual(["refused", "refused", "refused", "refused"]);
  });

  test("what cannot be meant is a sentence: exit code 2 where it is known here, 1 where the agent refuses", async () => {
    for (const [option, value, expected] of [
      ["--strategy", "kill", 2],
      ["--pids", "0", 1],
      ["--min-age", "soon", 2],
    ] as const) {
      const { out, err, code } = await run("--reap", "--dry-run", option, value);
      expect({ option, out, code }).toEqual({ option, out: "", code: expected });
      expect(err).toMatch(/^(sexton: )?Cannot use .+\n$/);
    }
  });

  test("--reap has them collected; exit code 0 when all are", async () => {
    const [first = 0, ...others] = await pidsOf(handler);
    const one = await run("--reap", "--pids", String(first), "--json");
    expect(one.code).toBe(0);
    expect(JSON.parse(one.out)).toMatchObject({
      reaped: 1,
      results: [{ pid: first, strategy: "nudge", outcome: "reaped" }],
    });
    expect(await pidsOf(handler)).toEqual(others);
    const all = await run("--reap");
    expect(all).toMatchObject({ code: 1, err: "" });
    expect(all.out).toEndWith("2 reaped, 1 remaining\n");
    expect(await pidsOf(handler)).toEqual([]);
    expect(await pidsOf(never)).toHaveLength(1);
    expect((await run("--reap", "--pids", String(first))).code).toBe(0); // It is gone.
  });
});

describe("sexton zombies is not to be misunderstood", () => {
  test.each(["--strategy=nudge", "--pids=17", "--min-age=60", "--dry-run"])("%s without --reap", async (option) => {
    const { out, err, code } = await runBinary(["zombies", option, "--listen", "127.0.0.1:1"]);
    expect({ out, code }).toEqual({ out: "", code: 2 });
    const name = option.split("=")[0];
    expect(err).toBe(`sexton: Cannot use ${name} without --reap: nothing is collected without it\n`);
  });

  test("an operand, an unknown option, an agent that is not there", async () => {
    expect(await runBinary(["zombies", "17"])).toMatchObject({ code: 2, out: "" });
    const typed = await runBinary(["zombies", "--reep"]);
    expect(typed).toMatchObject({ code: 2, out: "" });
    expect(typed.err).toContain("Did you mean --reap?");
    expect((await runBinary(["zombies", "--reap", "--dry-run", "--listen", "127.0.0.1:1"])).code).toBe(3);
    expect((await runBinary(["zombies", "--help"])).out).toStartWith("Usage: sexton zombies");
  });
});
