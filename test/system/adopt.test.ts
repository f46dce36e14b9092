import { afterAll, afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createParents } from "../support/adoption.ts";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { linesOf } from "../support/lines.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";
import { createActors } from "../support/zombies.ts";

setDefaultTimeout(60_000);

const problem = process.arch === "x64" ? namespaceProblem : "adoption is for x86-64 alone";
if (problem) console.warn(`Skipped test/system/adopt.test.ts: ${problem}`);

const actors = createActors();
const parents = createParents();
afterAll(() => {
  actors.close();
  parents.close();
});

describe.skipIf(problem !== null)("POST /zombies/reap with strategy=adopt, in a PID namespace of its own", () => {
  let namespace: Namespace;
  let agent: Agent;
  beforeEach(async () => {
    namespace = await createNamespace();
    agent = await startAgent({ wrapper: namespace.enter });
  });
  afterEach(() => namespace.close());

  /** A program in there that says in lines of JSON how it fares, with the pids of the namespace. */
  async function start(command: readonly string[]) {
    const lines = linesOf(namespace.start(command).stdout);
    const all = (): Json[] => lines.matching(/^\{.*\}$/).map((line) => JSON.parse(line));
    const find = (field: string) => eventually(`"${field}" of ${command}`, () => all().find((line) => field in line));
    return { find, ready: (await find("ready")) as { pid: number; zombies: number[] } };
  }
  const hostile = async (mode: string, zombies: number, seconds = 2) =>
    start([await actors.compile("hostile"), mode, "--zombies", `${zombies}`, "--seconds", `${seconds}`]);

  /** The agent has to have seen them first. */
  async function reap(pids: readonly number[], body: Json = { minAgeSeconds: 0 }): Promise<Json> {
    await eventually("the zombies to be known", async () => {
      const known = ((await agent.json("/zombies"))["zombies"] as Json[]).map(({ pid }) => pid);
      return pids.every((pid) => known.includes(pid));
    });
    const headers = { "content-type": "application/json" };
    const asked = JSON.stringify({ strategy: "adopt", pids, ...body });
    return (await agent.post("/zombies/reap", { headers, body: asked })).json() as Promise<Json>;
  }

  test("collects, and the parent goes on, be it restless or hidden", async () => {
    const modes = ["plain", "sigtrap-caught", "exec", "churn", "nondumpable"];
    const started = await Promise.all(modes.map((mode) => hostile(mode, 20, 6)));
    for (const { ready } of started) {
      // Who is awake at that very moment would be waited for, which a dry run does not do.
      await eventually("a parent that sleeps", async () => {
        const { results } = await reap(ready.zombies, { minAgeSeconds: 0, dryRun: true });
        const outcomes = new Set(results.map(({ outcome }: Json) => outcome));
        return results.length === 20 && outcomes.size === 1 && outcomes.has("would-reap");
      });
      expect(await reap(ready.zombies)).toMatchObject({ reaped: 20, remaining: 0 });
    }
    for (const { find } of started) expect(await find("end")).toMatchObject({ ok: true });
  });

  test("refuses where it could do harm, and nothing dies", async () => {
    const cases = [
      ["traced", /traced by process/],
      ["busy", /No thread/],
      ["seccomp-kill", /seccomp/],
      ["seccomp-trap", /seccomp/],
      ["seccomp-strict", /seccomp/],
    ] as const;
    const started = await Promise.all(cases.map(async ([mode, reason]) => ({ reason, ...(await hostile(mode, 3)) })));
    for (const { ready, reason } of started) {
      const answer = await reap(ready.zombies);
      expect(answer).toMatchObject({ reaped: 0, remaining: 3 });
      for (const { outcome, detail } of answer["results"]) {
        expect({ outcome, detail }).toEqual({ outcome: "refused", detail: expect.stringMatching(reason) });
      }
    }
    for (const { find } of started) expect(await find("end")).toMatchObject({ ok: true });
  });

  test("leaves a child of less than a minute to a parent that may mean to wait, unless it is told otherwise", async () => {
    const patient = await hostile("means-to-wait", 2, 1);
    const answer = await reap(patient.ready.zombies, {});
    expect(answer).toMatchObject({ reaped: 0, remaining: 3 });
    expect(answer["results"][0]).toMatchObject({
      outcome: "refused",
      detail: expect.stringMatching(/minAgeSeconds is 60/),
    });
    expect(await patient.find("returned")).toMatchObject({ ok: true });

    const robbed = await hostile("means-to-wait", 2, 0.5);
    expect(await reap(robbed.ready.zombies)).toMatchObject({ reaped: 3 });
    expect(await robbed.find("returned")).toMatchObject({ ok: false, returned: -1 });
  });

  const python = `
import json, os, subprocess, time
child = subprocess.Popen(["sh", "-c", "exit 5"])
os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
print(json.dumps({"ready": True, "pid": os.getpid(), "zombies": [child.pid]}), flush=True)
time.sleep(1.5)
print(json.dumps({"code": child.wait()}), flush=True)`;
  const node = `
const { spawn } = require("node:child_process");
const { readFileSync } = require("node:fs");
const child = spawn("sh", ["-c", "exit 5"], { stdio: "ignore" });
child.on("exit", (code) => console.log(JSON.stringify({ code })));
while (!/ Z /.test(readFileSync("/proc/" + child.pid + "/stat", "utf8"))) continue;
console.log(JSON.stringify({ ready: true, pid: process.pid, zombies: [child.pid] }));
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);`;

  for (const { name, command } of [
    { name: "Python's subprocess", command: ["python3", "-c", python] as const },
    { name: "Node's child_process", command: ["node", "-e", node] as const },
  ]) {
    // Where CI runs, neither may be missing.
    const isMissing = Bun.which(command[0]) === null && !process.env["CI"];
    test.skipIf(isMissing)(
      `leaves it to ${name}, which gets its code${isMissing ? " (not installed)" : ""}`,
      async () => {
        const { ready, find } = await start([...command]);
        expect(await reap(ready.zombies, {})).toMatchObject({ reaped: 0, remaining: 1 });
        expect(await find("code")).toEqual({ code: 5 });
      },
    );
  }

  test("collects of a hundred parents, and a thousand of one, in one request each", async () => {
    const many = await hostile("many", 0, 3);
    const pairs = (await many.find("parents"))["parents"] as [number, number][];
    expect(await reap(pairs.map(([, zombie]) => zombie))).toMatchObject({ reaped: 100, remaining: 0 });
    const rich = await start([await actors.compile("sleeper"), "nanosleep", "--zombies", "1000", "--seconds", "2.5"]);
    const startedAt = performance.now();
    expect(await reap(rich.ready.zombies)).toMatchObject({ reaped: 1_000, remaining: 0 });
    console.info(`1,000 zombies in one request: ${Math.round(performance.now() - startedAt)} ms`);
    expect(await rich.find("returned")).toMatchObject({ ok: true });
    expect(await many.find("right")).toEqual({ right: 100 });
  });

  test("collects of a parent in a PID namespace below, by the pids that it knows them by", async () => {
    const nested = ["unshare", "--pid", "--fork", "--kill-child=SIGKILL", await actors.compile("hostile"), "plain"];
    const { ready, find } = await start([...nested, "--zombies", "20", "--seconds", "2"]);
    // It is pid 1 of its own.
    expect(ready.pid).toBe(1);
    const outside = await eventually("its zombies", async () => {
      const found = ((await agent.json("/zombies"))["zombies"] as Json[]).map(({ pid }) => pid as number);
      return found.length === 20 ? found : null;
    });
    expect(outside.toSorted()).not.toEqual(ready.zombies.toSorted());
    expect(await reap(outside)).toMatchObject({ reaped: 20, remaining: 0 });
    expect(await find("end")).toMatchObject({ ok: true });
  });
});

describe.skipIf(problem !== null)("sexton with remedy: adopt, killed again and again", () => {
  const kills = 5;

  test("leaves the parent running and untraced, and goes on where it was", async () => {
    const namespace = await createNamespace();
    try {
      const path = await parents.compile("steady");
      const leaky = Bun.spawn([...namespace.enter, path, "nanosleep", "--leak", "1"], {
        stdin: "pipe",
        stdout: "pipe",
        stderr: "inherit",
      });
      const lines = linesOf(leaky.stdout);
      await lines.waitForMatch(/"ready"/);
      const { pid } = JSON.parse(lines.matching(/"ready"/)[0] as string);
      const env = { SEXTON_ZOMBIES_REMEDY: "adopt", SEXTON_ZOMBIES_MIN_AGE: "100ms" };
      const inside = (...command: string[]) => Bun.spawnSync([...namespace.enter, ...command]).stdout.toString();
      let reaped = 0;
      for (let kill = 0; kill < kills; kill++) {
        const agent = await startAgent({ wrapper: namespace.enter, env });
        await eventually("an adoption", async () => {
          const told = (await agent.json("/events?types=zombie.reaped"))["events"] as Json[];
          if (told.length > 0) reaped += told.length;
          return told.length > 0;
        });
        await Bun.sleep(Math.random() * 700);
        inside("pkill", "-KILL", "-x", "sexton");
        await agent.exited;
        expect(inside("sh", "-c", `grep -E '^(State|TracerPid)' /proc/${pid}/status`)).toMatch(
          /^State:\s+[SRD].*\nTracerPid:\s+0\n$/,
        );
      }
      leaky.stdin.write("x");
      void leaky.stdin.end();
      await leaky.exited;
      const said = JSON.parse(lines.matching(/"end"/)[0] as string);
      console.info(`sexton killed ${kills} times, ${reaped} zombies collected: ${JSON.stringify(said)}`);
      expect(said).toMatchObject({ ok: true, other: 0 });
      expect(reaped).toBeGreaterThan(kills);
    } finally {
      await namespace.close();
    }
  });
});
