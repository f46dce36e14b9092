import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, type Json, runBinary, startAgent } from "../support/binary.ts";
import { childOf } from "../support/child-of.ts";
import { linesOf } from "../support/lines.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { memoryOf } from "../support/otlp/agent.ts";
import { eventually } from "../support/poll.ts";
import { openStream } from "../support/stream.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/fault-proc.test.ts: ${namespaceProblem}`);

const folder = mkdtempSync(join(tmpdir(), "sexton-fault-proc-"));
afterAll(() => rmSync(folder, { recursive: true }));
/** Clears a terminal and sets its title, ends a line, and pretends to be another one of a table, of JSON, of a stream. */
const hostile = 'a\x1b[2J\x1b]0;owned\x07\r\nid: 7\n\ndata: {"x":1}\n"} \\ {le="1"} \u202e';
/** What a terminal would obey, and what ends a line elsewhere than at its end. */
const controls = /[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]/;

describe.skipIf(skip)("a hostile /proc", () => {
  let namespace: Namespace;
  let agent: Agent;
  beforeEach(async () => {
    namespace = await createNamespace();
    agent = await startAgent({ wrapper: namespace.enter });
  });
  afterEach(() => namespace.close());
  const processes = async (query = ""): Promise<Json[]> => (await agent.json(`/processes${query}`))["processes"];

  test("names, arguments and executables are data to every reader, whatever is in them", async () => {
    const stream = await openStream(`${agent.url}/events`, "text/event-stream");
    const exe = join(folder, "sl\x1b[31m\neep");
    copyFileSync("/bin/sleep", exe);
    namespace.start([exe, "1301"]);
    const comm = `printf '\\033[2J\\n\\377"' > /proc/$$/comm; sleep 1303 & wait`;
    // The last argument is not UTF-8: a shell makes it, since no program here could.
    namespace.start(["sh", "-c", 'exec sh -c "$1" "$2" "$(printf "1302\\377\\376")"', "sh", comm, hostile]);
    const [named, args] = await eventually("both", async () => {
      const all = await processes();
      const found = [
        all.find(({ args }) => args?.[1] === "1301"),
        all.find(({ args, name }) => args?.at(-1)?.startsWith("1302") && name.includes("[2J")),
      ];
      return found.every(Boolean) ? (found as Json[]) : null;
    });
    expect(named?.["exe"]).toBe(exe);
    expect(args?.["args"].slice(-2)).toEqual([hostile, "1302\ufffd\ufffd"]);
    expect(args?.["name"]).toBe('\x1b[2J\n\ufffd"');

    // A line for each process and one for the columns, of which a terminal obeys nothing.
    const table = await (await agent.fetch("/processes?pretty=true")).text();
    const cli = await runBinary(["ps", "--listen", new URL(agent.url).host]);
    expect(cli.code).toBe(0);
    for (const text of [table, cli.out]) {
      expect(text).not.toMatch(controls);
      expect(text).toContain("1302");
    }
    const count = (await processes()).length;
    expect(table.trimEnd().split("\n").length).toBeLessThanOrEqual(count + 3);

    const metrics = await (await agent.fetch("/metrics")).text();
    expect(metrics.split("\n").filter((line) => !/^(#.*|[a-z_]+(\{.*\})? \S+)?$/.test(line))).toEqual([]);

    await stream.waitFor("1302");
    const lines = stream.text().split(/\r?\n/);
    const data = lines.filter((line) => line.startsWith("data: "));
    for (const line of data) expect(JSON.parse(line.slice(6))).toHaveProperty("type");
    expect(lines.filter((line) => line.startsWith("id: ") && !/^id: \w+\.\d+$/.test(line))).toEqual([]);
    stream.socket.destroy();
    expect((await agent.fetch("/readyz")).status).toBe(200);
  });

  test("command lines of 2 MB are cut, in what is answered and in what is kept", async () => {
    const big = Array.from({ length: 15 }, (_, index) => `${index}`.padEnd(130_000, "x"));
    const before = await agent.fetch("/processes").then(async (answer) => (await answer.text()).length);
    for (let index = 0; index < 10; index++) namespace.start(["sh", "-c", "sleep 1304 & wait", `big-${index}`, ...big]);
    const found = await eventually("ten of them", async () => {
      const all = (await processes()).filter(({ args }) => args?.[3]?.startsWith("big-"));
      return all.length === 10 ? all : null;
    });
    expect(found[0]?.["args"].join(" ").length).toBeLessThanOrEqual(32_768);
    const after = await agent.fetch("/processes").then(async (answer) => (await answer.text()).length);
    expect(after - before).toBeLessThan(10 * 80_000);
    const events = (await (await agent.fetch("/events?types=process.*")).text()).length;
    expect(events).toBeLessThan(40 * 8_192);
    expect(await memoryOf(childOf(agent.pid), "RssAnon")).toBeLessThan(40_000);
  });

  test("processes that end under every read: each answer is whole, and the table is right when they have gone", async () => {
    const storm = namespace.start([
      "sh",
      "-c",
      "trap 'exit 0' TERM; n=0; while [ $n -lt 6000 ]; do (:) & n=$((n+1)); [ $((n % 20)) = 0 ] && wait; done; wait; echo done; sleep 1305 & wait",
    ]);
    const lines = linesOf(storm.stdout);
    const statuses = new Set<number>();
    let asked = 0;
    while (!lines.has("done")) {
      const all = await processes("?sort=-start");
      for (const { pid } of all.slice(0, 3)) {
        const paths = [`/processes/${pid}`, `/processes/${pid}/status`, `/processes/${pid}/mountinfo`];
        const answers = await Promise.all(paths.map((path) => agent.fetch(path)));
        for (const answer of answers) {
          statuses.add(answer.status);
          await answer.text();
        }
        asked++;
      }
      await (await agent.fetch("/zombies")).json();
    }
    expect(asked).toBeGreaterThan(10);
    for (const status of statuses) expect([200, 404, 503]).toContain(status);
    // A list may be as old as the scan that it shares.
    await eventually("the one shell that is left", async () => {
      const shells = (await processes("?name=sh")).map(({ commandLine }) => commandLine);
      return shells.filter((line) => line?.includes("6000")).length === 1;
    });
  });
});

describe.skipIf(skip || process.env["CI"] === undefined)("a crowd", () => {
  test("30,000 processes are listed, watched as far as there are descriptors, and gone when they have gone", async () => {
    const namespace = await createNamespace();
    await using _ = { [Symbol.asyncDispose]: namespace.close };
    const sleepers = join(folder, "sleepers");
    const source = join(import.meta.dir, "..", "..", "bench", "sleepers.c");
    expect(Bun.spawnSync(["gcc", "-O2", "-o", sleepers, source]).exitCode).toBe(0);
    const agent = await startAgent({ wrapper: namespace.enter });
    const crowd = Bun.spawn([...namespace.enter, sleepers, "30000"], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
    const lines = linesOf(crowd.stdout);
    await eventually("30,000 to be born", () => lines.has("ready") || crowd.exitCode !== null, 60_000);
    if (crowd.exitCode !== null) {
      const reason = (await crowd.stderr.text()).trim();
      throw new Error(`Cannot make 30,000 processes: ${reason}. Raise pids.max of the cgroup, or kernel.pid_max`);
    }
    const startedAt = performance.now();
    const list = await agent.json("/processes?name=sleepers&limit=1");
    console.log(`30,000 processes: first list after ${Math.round(performance.now() - startedAt)} ms`);
    expect(list["count"]).toBeGreaterThanOrEqual(1);
    const { watch } = await eventually(
      "all to be known",
      async () => {
        const found = await agent.json("/doctor");
        return found["watch"].watched + found["watch"].swept > 30_000 ? found : null;
      },
      60_000,
    );
    const again = performance.now();
    expect((await agent.fetch("/livez")).status).toBe(200);
    const anon = await memoryOf(childOf(agent.pid), "RssAnon");
    console.log(
      `watched ${watch.watched}, swept ${watch.swept}; livez in ${Math.round(performance.now() - again)} ms; ${anon} kB`,
    );
    crowd.kill("SIGKILL");
    await crowd.exited;
    await eventually(
      "all to be gone",
      async () => (await agent.json("/processes?name=sleepers"))["count"] === 0,
      60_000,
    );
    expect((await agent.fetch("/readyz")).status).toBe(200);
  }, 240_000);
});
