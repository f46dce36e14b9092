import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, UnreachableError } from "#client/client.ts";
import { followEvents } from "#client/event-stream.ts";
import { startServer } from "#http/listeners/server.ts";
import { type AppOptions, realApp } from "../support/app.ts";
import { eventually } from "../support/poll.ts";

let folder: string;
let path: string;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sexton-follow-"));
  path = join(folder, "sock");
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true });
});

/** An agent at the socket: its register, and its end as at a restart. */
async function agent(options: AppOptions = {}) {
  const { app, bus, stopping, streams } = realApp(options);
  const server = await startServer(app, { at: { path }, role: options.role ?? "operate" });
  const stop = async () => {
    stopping.abort();
    await server.stop(0);
  };
  closing.push(stop);
  return { bus, streams, stop };
}

/** A reader of the socket's agent, with all that it was told. */
function reader(query: Record<string, string> = {}, limit: number | null = null) {
  const told: string[] = [];
  const enough = new AbortController();
  let connections = 0;
  const ended = followEvents(createClient({ kind: "unix", path }), {
    query,
    limit,
    enough: enough.signal,
    async onEvent(json) {
      const { id, type, data } = JSON.parse(json);
      told.push(type === "events.lost" ? `lost ${data.run}.${data.from} ${data.reason}` : `${type} ${id}`);
    },
    async onConnected() {
      connections++;
    },
    onLost: (reason) => void told.push(`ended ${reason ?? ""}`.trim()),
  });
  ended.catch(() => {});
  closing.push(async () => {
    enough.abort();
    await ended.catch(() => {});
  });
  return {
    told,
    ended,
    enough,
    connected: (count: number) => eventually(`connection ${count}`, () => connections >= count),
    has: (last: string) => eventually(last, () => told.includes(last)),
  };
}

describe("a reader", () => {
  test("goes on with the next run after a restart, is told of the gap once, and of nothing twice", async () => {
    const first = await agent();
    for (let at = 0; at < 3; at++) first.bus.emit({ type: "config.changed" });
    const { told, has } = reader({ after: "1" });
    await has("config.changed 3");
    await first.stop();
    await has("ended");
    const second = await agent();
    // More than the reader has of the run before: its number alone would say that it knows the first of these.
    for (let at = 0; at < 5; at++) second.bus.emit({ type: "config.rejected" });
    await has("config.rejected 5");
    expect(told).toEqual([
      "config.changed 2",
      "config.changed 3",
      "ended",
      `lost ${first.bus.run}.4 restarted`,
      ...[1, 2, 3, 4, 5].map((id) => `config.rejected ${id}`),
    ]);
  });

  test("that has had no event yet resumes from where it began", async () => {
    const first = await agent({ heartbeatMs: 5 });
    for (let at = 0; at < 7; at++) first.bus.emit({ type: "config.changed" });
    const { told, connected, has } = reader();
    await connected(1);
    // All streams get their heartbeats together. They are no reason for an end.
    const beats: string[] = [];
    const onBlock = async ({ comment }: { comment: string | null }) => void (comment && beats.push(comment));
    const other = { lastEventId: null, enough: new AbortController().signal, onBlock };
    const beating = createClient({ kind: "unix", path }).stream("/events", other);
    await eventually("two heartbeats", () => beats.length >= 2);
    await first.stop();
    await has("ended");
    await beating;
    const second = await agent();
    second.bus.emit({ type: "config.rejected" });
    await has("config.rejected 1");
    expect(told).toEqual(["ended", `lost ${first.bus.run}.8 restarted`, "config.rejected 1"]);
  });

  test("knows by the heartbeat how far a stream is in which nothing is of its types", async () => {
    const { bus, streams } = await agent({ heartbeatMs: 20, limits: { events: 2, bytes: 100_000 } });
    const seen: (string | null)[] = [];
    const enough = new AbortController();
    const client = createClient({ kind: "unix", path });
    const onBlock = async ({ id }: { id: string | null }) => void seen.push(id);
    const query = { types: "agent.*" };
    const ended = client.stream("/events", { query, lastEventId: null, enough: enough.signal, onBlock });
    await eventually("the stream", () => streams.count() === 1 && seen.length > 0);
    for (let at = 0; at < 9; at++) bus.emit({ type: "config.changed" });
    await eventually("its place", () => seen.at(-1) === `${bus.run}.9`);
    enough.abort();
    await ended;
    // From there nothing is lost, though none of what it has been told is kept.
    const { told, connected } = reader({ types: "agent.*", after: `${bus.run}.9` });
    await connected(1);
    bus.emit({ type: "agent.stopping" });
    await eventually("the event", () => told.length > 0);
    expect(told).toEqual(["agent.stopping 10"]);
  });

  test("that was dropped says why, and resumes", async () => {
    const text = "x".repeat(64 * 1024);
    const { bus, streams } = await agent({ limits: { events: 20, bytes: 100_000_000 }, stuckMs: 20 });
    const taken: string[] = [];
    const lost: (string | null)[] = [];
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const enough = new AbortController();
    const ended = followEvents(createClient({ kind: "unix", path }), {
      query: {},
      limit: null,
      enough: enough.signal,
      async onEvent(json) {
        await held;
        taken.push(JSON.parse(json).type);
      },
      onConnected: async () => {},
      onLost: (reason) => void lost.push(reason),
    });
    await eventually("the stream", () => streams.count() === 1);
    await eventually("the drop", () => {
      for (let at = 0; at < 10; at++) bus.emit({ type: "config.changed", data: { text } });
      return streams.count() === 0;
    });
    go();
    await eventually("the stream again", () => streams.count() === 1);
    bus.emit({ type: "config.rejected" });
    await eventually("what happened since", () => taken.includes("config.rejected"));
    expect(lost).toEqual([expect.stringMatching(/^dropped: it reads too slowly/)]);
    expect(taken).toContain("events.lost");
    enough.abort();
    await ended;
  });

  test("has what it wanted after `limit` events, over a restart and not counting the gap", async () => {
    const first = await agent();
    first.bus.emit({ type: "config.changed" });
    const { told, ended, connected, has } = reader({ after: "0" }, 4);
    await has("config.changed 1");
    await first.stop();
    await has("ended");
    const second = await agent();
    second.bus.emit({ type: "config.rejected" });
    await has("config.rejected 1");
    await second.stop();
    await connected(2);
    const third = await agent();
    for (let at = 0; at < 5; at++) third.bus.emit({ type: "agent.stopping" });
    expect(await ended).toMatchObject({ ok: true });
    expect(told).toEqual([
      "config.changed 1",
      "ended",
      `lost ${first.bus.run}.2 restarted`,
      "config.rejected 1",
      "ended",
      `lost ${second.bus.run}.2 restarted`,
      "agent.stopping 1",
      "agent.stopping 2",
    ]);
  });

  test("fails at once where nobody has ever answered", async () => {
    await expect(reader().ended).rejects.toBeInstanceOf(UnreachableError);
  });

  test("ends with the refusal, also of an agent that it comes back to", async () => {
    const first = await agent();
    expect(await reader({ types: "nonsense" }).ended).toMatchObject({ ok: false, status: 400 });
    const { ended, connected, has } = reader();
    await connected(1);
    await first.stop();
    await has("ended");
    await agent({ role: "probe" });
    expect(await ended).toMatchObject({ ok: false, status: 403, problem: { kind: "forbidden" } });
  });

  test("ends as it is told to, connected or waiting", async () => {
    const { stop } = await agent();
    const [one, other] = [reader(), reader()];
    await Promise.all([one.connected(1), other.connected(1)]);
    one.enough.abort();
    expect(await one.ended).toMatchObject({ ok: true });
    await stop();
    await other.has("ended");
    other.enough.abort();
    expect(await other.ended).toMatchObject({ ok: true });
  });
});
