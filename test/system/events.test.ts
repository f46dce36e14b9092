import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Agent, binary, cleanEnv, type Json, runBinary, startAgent } from "../support/binary.ts";
import { linesOf } from "../support/lines.ts";
import { eventually } from "../support/poll.ts";
import { openStream } from "../support/stream.ts";

const sse = "text/event-stream";
/** An event on demand: what is refused is told, and changes nothing. */
const refuse = (agent: Agent, target: string) => agent.post(`/signal/reload?target=${target}`);
const addressOf = ({ url }: Agent) => url.replace("http://", "");

let agent: Agent;
beforeAll(async () => {
  // On a machine where much happens its start would soon be forgotten.
  agent = await startAgent({
    args: ["--events-max-events", "1000000", "--events-max-bytes", String(512 * 1024 * 1024)],
  });
});
afterAll(async () => {
  await agent.stop();
});

describe("the register of a running agent", () => {
  test("begins with the start, and tells each signal", async () => {
    await refuse(agent, "nobody");
    const body = await agent.json("/events?types=agent.*,signal.*");
    expect(body["events"][0]).toMatchObject({
      type: "agent.started",
      data: { pid: agent.pid, addresses: [addressOf(agent)] },
    });
    expect(body["events"].at(-1)).toMatchObject({ type: "signal.refused", data: { kind: "target-not-found" } });
  });

  test("tells a signal before what it causes", async () => {
    const reader = await openStream(`${agent.url}/events`, sse);
    await reader.waitFor("retry");
    const child = Bun.spawn(["sleep", "60"], { stdio: ["ignore", "ignore", "ignore"] });
    const response = await agent.post(`/processes/${child.pid}/signal?verb=TERM&force=true&wait=5s`);
    expect(response.status).toBe(200);
    const events = await eventually("the exit on the stream", () => {
      const all = [...reader.text().matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data as string) as Json);
      const own = all.filter(({ process, type }) => process?.pid === child.pid && /^signal|exited$/.test(type));
      return own.length === 2 ? own : null;
    });
    expect(events).toMatchObject([
      { type: "signal.sent", data: { signal: "SIGTERM", force: true } },
      { type: "process.exited", data: { signal: "SIGTERM" }, cause: events[0]?.["id"] },
    ]);
    reader.socket.destroy();
  });

  test("reaches a thousand open streams", async () => {
    const readers = await Promise.all(
      Array.from({ length: 1_000 }, () => openStream(`${agent.url}/events?types=signal.*`, sse)),
    );
    await Promise.all(readers.map((reader) => reader.waitFor("retry")));
    await refuse(agent, "a-thousand-hear-this");
    await Promise.all(readers.map((reader) => reader.waitFor("a-thousand-hear-this")));
    for (const { socket } of readers) socket.destroy();
    expect((await agent.fetch("/livez")).status).toBe(200);
  }, 60_000);
});

test("a reader that does not read is dropped, and the others go on", async () => {
  const small = await startAgent({ args: ["--events-max-events", "100", "--limits-mutations", "100000"] });
  const slow = await openStream(`${small.url}/events`, sse);
  await slow.waitFor("retry");
  slow.socket.pause();
  const quick = await openStream(`${small.url}/events?types=signal.refused`, sse);
  await quick.waitFor("retry");
  const words = Array.from({ length: 50 }, () => "y".repeat(100));
  const sleeper = Bun.spawn(["sh", "-c", "while :; do read line; done", ...words], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  // The kernel takes about 4 MiB for a reader that is away. Unlike refusals all signals are told.
  await eventually(
    "the slow reader to be dropped",
    async () => {
      // What a process ignores by default.
      const send = () => small.post(`/processes/${sleeper.pid}/signal?signal=URG&force=true&wait=0`);
      await Promise.all(Array.from({ length: 200 }, send));
      return small.stderr().includes("an event stream was dropped");
    },
    150_000,
  );
  await refuse(small, "still-here");
  await quick.waitFor("still-here");
  slow.socket.resume();
  await slow.waitFor(": dropped: it reads too slowly");
  quick.socket.destroy();
  slow.socket.destroy();
  sleeper.kill();
  expect(await small.stop()).toBe(0);
}, 200_000);

test("SIGTERM ends the streams, with agent.stopping as their last event", async () => {
  const stopped = await startAgent();
  const readers = await Promise.all(
    [sse, "application/x-ndjson"].map((type) => openStream(`${stopped.url}/events`, type)),
  );
  for (const reader of readers) await reader.waitFor("\r\n\r\n");
  const started = performance.now();
  expect(await stopped.stop()).toBe(0);
  expect(performance.now() - started).toBeLessThan(1_000);
  for (const reader of readers) {
    await eventually("the connection to end", reader.closed);
    expect(reader.text()).toMatch(/"type":"agent\.stopping"[^\n]*\n+\r\n0\r\n\r\n$/);
  }
});

describe("sexton events", () => {
  const at = () => ["--listen", addressOf(agent)];
  const follow = (...args: string[]) => {
    const child = Bun.spawn([binary, "events", "--follow", ...at(), ...args], {
      env: cleanEnv,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { child, lines: linesOf(child.stdout) };
  };

  test("prints what is kept, as a table or as JSON", async () => {
    const table = await runBinary(["events", "--types", "agent.*", ...at()]);
    expect(table.out).toMatch(/^TIME .*\n\S+ +\d+ +agent\.started .*version=/);
    const json = await runBinary(["events", "--limit", "1", "--json", ...at()]);
    expect(JSON.parse(json.out).events.length).toBe(1);
    const wrong = await runBinary(["events", "--types", "agnt.started", ...at()]);
    expect({ code: wrong.code, err: wrong.err }).toMatchObject({
      code: 1,
      err: expect.stringContaining("agent.started"),
    });
  });

  test("--follow prints each line at once and ends with Ctrl-C", async () => {
    for (const json of [[], ["--json"]]) {
      const { child, lines } = follow("--after", "0", "--types", "agent.*,signal.*", ...json);
      await lines.waitForMatch(/agent\.started/);
      const name = `followed-${json.length}`;
      await refuse(agent, name);
      const line = await lines.waitForMatch(new RegExp(name));
      if (json.length > 0) expect(JSON.parse(line)).toMatchObject({ type: "signal.refused", data: { target: name } });
      child.kill("SIGINT");
      expect(await child.exited).toBe(0);
    }
  });

  test("--follow ends after --limit events, and when nobody reads any more", async () => {
    const { child } = follow("--after", "0", "--limit", "1");
    expect(await child.exited).toBe(0);
    const piped = Bun.spawn(["sh", "-c", `"${binary}" events --follow --json ${at().join(" ")} | head -n 1`], {
      env: cleanEnv,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const ended = eventually("the pipe to end", async () => {
      await refuse(agent, "piped");
      return piped.exitCode !== null;
    });
    expect(JSON.parse((await piped.stdout.text()).trim())).toHaveProperty("type");
    await ended;
  });

  test("--follow says with exit code 3 that nobody is there, and with 1 what it cannot mean", async () => {
    const none = await runBinary(["events", "--follow", "--listen", `unix:///nonexistent/sexton.sock`]);
    expect({ code: none.code, out: none.out }).toEqual({ code: 3, out: "" });
    expect(none.err).toStartWith("sexton: Cannot reach sexton at ");
    for (const wrong of [
      ["--after", "1.5"],
      ["--limit", "few"],
      ["--types", "agnt.started"],
    ]) {
      const { code, err } = await runBinary(["events", "--follow", ...wrong, ...at()]);
      expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^Cannot use ".*" of the query: /) });
    }
  });
});
