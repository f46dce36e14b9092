import { describe, expect, test } from "bun:test";
import { eventTypes } from "#process/event.ts";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";
import { expectProblem } from "../support/problem.ts";
import { idLines, jsonLines, ndjson, registered, sse, worker } from "../support/registered.ts";

describe("GET /events as JSON", () => {
  test("is what is kept, in the contract's shape", async () => {
    const { json, bus } = registered();
    const body = await json("/events");
    expect(body).toMatchObject({ run: bus.run, oldestId: 1, newestId: 5 });
    expect(Object.keys(body).sort()).toEqual(["events", "newestId", "oldestId", "run"]);
    expect(body["events"][3]).toEqual({
      id: 4,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      type: "process.exited",
      process: worker,
      data: { exitCode: 7, signal: null, runSeconds: 1.5 },
      traceId: null,
      cause: 3,
    });
  });

  test("is empty before the first event", async () => {
    const { json, bus } = realApp();
    expect(await json("/events")).toEqual({ events: [], run: bus.run, oldestId: null, newestId: null });
  });

  test("takes after, limit and types", async () => {
    const { kept } = registered();
    expect(await kept("?after=3")).toEqual([4, 5]);
    expect(await kept("?after=5")).toEqual([]);
    expect(await kept("?limit=2")).toEqual([4, 5]);
    expect(await kept("?after=1&limit=2")).toEqual([2, 3]);
    expect(await kept("?limit=0")).toEqual([]);
    expect(await kept("?types=process.exited,signal.*")).toEqual([3, 4]);
    expect(await kept("?types=*")).toEqual([1, 2, 3, 4, 5]);
    expect(await kept("?types=process.*&limit=1")).toEqual([5]);
  });

  test("tells what is no longer kept, and what was before a restart", async () => {
    const { json, kept } = registered({ limits: { events: 2, bytes: 100_000 } });
    const [lost, ...rest] = (await json("/events?after=1"))["events"];
    expect(lost).toMatchObject({ id: 3, type: "events.lost", process: null, data: { from: 2, to: 3 } });
    expect(rest.map(({ id }: Json) => id)).toEqual([4, 5]);
    // To resume after the gap's own id is to miss nothing, and not to be told again.
    expect(await kept("?after=3")).toEqual([4, 5]);
    const [restarted, ...all] = (await json("/events?after=99&types=zombie.*"))["events"];
    expect(restarted).toMatchObject({ id: 3, type: "events.lost", data: { from: 100, to: null, reason: "restarted" } });
    expect(all).toEqual([]);
  });

  test("is a table for people", async () => {
    const { request, live } = registered();
    const table = await (await request("/events?pretty=true")).text();
    expect(table.split("\n")[0]).toMatch(/^TIME +ID +TYPE +PROCESS +CONTAINER +WHAT$/);
    expect(table).toMatch(/ 4 +process\.exited +31 worker +app +exit code 7, after 1\.5 s\n/);
    expect(await (await live("/events", "text/plain")).text()).toBe(table);
  });

  test("refuses what it cannot mean", async () => {
    const { request } = registered();
    const body = await expectProblem(await request("/events?types=proces.exited"), 400, "bad-request");
    expect(body).toMatchObject({ parameter: "types", nearest: "process.exited" });
    expect(await expectProblem(await request("/events?types=zombies.*"), 400, "bad-request")).toMatchObject({
      nearest: "zombie.*",
    });
    for (const query of [
      "types=",
      "types=process.exited,",
      "after=-1",
      "after=x",
      "after=",
      "after=1.5",
      "after=another.",
      "after=another.5.6",
      "limit=1.5",
      "follow=maybe",
      "type=x",
    ])
      await expectProblem(await request(`/events?${query}`), 400, "bad-request");
    for (const id of ["abc", "1.5", "another.", "another.x"]) {
      const headers = { "last-event-id": id };
      const { detail } = await expectProblem(await request("/events", { headers }), 400, "bad-request");
      expect(detail).toStartWith(`Cannot resume after Last-Event-ID "${id}": expected the id of an event`);
    }
  });

  test("is for readers: a probe listener has none of it", async () => {
    await expectProblem(await realApp({ role: "probe" }).request("/events"), 403, "forbidden");
  });
});

describe("GET /events as a stream", () => {
  test("SSE has id, event and data of what is kept, and resumes after Last-Event-ID", async () => {
    const { live, bus } = registered();
    const response = await live("/events?follow=false&types=process.exited", sse);
    expect(response.headers.get("content-type")).toBe(sse);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const event = new RegExp(`^id: ${bus.run}\\.4\nevent: process\\.exited\ndata: \\{"id":4,.+\\}\n\n$`);
    expect(await response.text()).toMatch(event);
    // An EventSource repeats the URL it was given: what it has seen since is in the header.
    const resumed = await (await live("/events?follow=false&after=1", sse, { "last-event-id": "4" })).text();
    expect(idLines(resumed)).toEqual([`id: ${bus.run}.5`]);
  });

  test("ndjson has an event a line, the same as JSON", async () => {
    const { live, json } = registered();
    const response = await live("/events?follow=false", ndjson);
    expect(response.headers.get("content-type")).toBe(ndjson);
    expect(jsonLines(await response.text())).toEqual((await json("/events"))["events"]);
    expect(jsonLines(await (await live("/events?follow=false&limit=2", ndjson)).text()).map(({ id }) => id)).toEqual([
      4, 5,
    ]);
    const [restarted, ...all] = jsonLines(await (await live("/events?follow=false&after=9", ndjson)).text());
    expect(restarted).toMatchObject({ type: "events.lost", id: 0, data: { from: 10, to: null } });
    expect(all.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  });

  test("follows from now on, or from where the reader was", async () => {
    const { live, bus, streams, request } = registered();
    const fresh = live("/events?limit=1", ndjson);
    const resumed = live("/events?limit=3&after=3", sse);
    const plain = request("/events?follow=true&limit=1&types=config.*");
    const people = request("/events?follow=true&limit=1&pretty=true");
    await Bun.sleep(10);
    expect(streams.count()).toBe(4);
    bus.emit({ type: "config.changed" });
    expect(jsonLines(await (await fresh).text())).toMatchObject([{ id: 6, type: "config.changed" }]);
    expect(idLines(await (await resumed).text())).toEqual([4, 5, 6].map((id) => `id: ${bus.run}.${id}`));
    expect((await plain).headers.get("content-type")).toBe(ndjson);
    expect(jsonLines(await (await plain).text())).toMatchObject([{ id: 6 }]);
    expect(await (await people).text()).toMatch(/^TIME .*\n.* 6 +config\.changed .*\n$/);
    expect(streams.count()).toBe(0);
  });

  test("tells a gap first", async () => {
    const { live, bus } = registered({ limits: { events: 2, bytes: 100_000 } });
    const text = (await (await live("/events?limit=2&after=1", sse)).text()).replaceAll(`${bus.run}.`, "run.");
    expect(text).toMatch(
      /^retry: \d+\n\nid: run\.3\nevent: events\.lost\ndata: .*"data":\{"from":2,"to":3,.*\n\nid: run\.4\n/,
    );
  });

  test("HEAD says what GET would, and opens nothing", async () => {
    const { request, streams } = registered();
    for (const accept of [sse, ndjson]) {
      const response = await request("/events", { method: "HEAD", headers: { accept } });
      expect({ status: response.status, type: response.headers.get("content-type") }).toEqual({
        status: 200,
        type: accept,
      });
      expect(await response.text()).toBe("");
    }
    expect((await request("/events", { method: "HEAD" })).headers.get("content-type")).toBe("application/json");
    expect(streams.count()).toBe(0);
  });

  test("every type has words and a line in every format", async () => {
    const { bus, request } = realApp();
    for (const type of eventTypes) {
      if (type !== "events.lost") bus.emit({ type, data: { text: "a\nb", nothing: null } });
    }
    const table = await (await request("/events?pretty=true")).text();
    expect(table.trimEnd().split("\n").length).toBe(eventTypes.length);
    const headers = { accept: sse };
    const stream = await (await request("/events?follow=false", { headers })).text();
    expect(stream.match(/^event: .*/gm)?.length).toBe(eventTypes.length - 1);
    expect(stream.split("\n").every((line) => line === "" || /^(id|event|data): /.test(line))).toBe(true);
  });
});

describe("what the agent does is in the register", () => {
  test("a signal that was sent, a refusal with its reason, a dry run not at all", async () => {
    const { post, json } = realApp();
    const child = Bun.spawn(["sleep", "60"], { stdio: ["ignore", "ignore", "ignore"] });
    const path = `/processes/${child.pid}/signal`;
    await post(`${path}?verb=KILL&dryRun=true&force=true`);
    await post(`${path}?verb=reload`);
    await post(`${path}?verb=TERM&force=true`);
    await child.exited;
    await post(`/signal/reload?target=${"x".repeat(1_000)}`);
    const { events } = await json("/events?types=signal.*");
    const process = { pid: child.pid, name: "sleep", commandLine: "sleep 60" };
    expect(events).toMatchObject([
      { type: "signal.refused", process, data: { verb: "reload", signal: "SIGHUP", kind: "signal-unhandled" } },
      { type: "signal.sent", process, data: { signal: "SIGTERM", number: 15, verb: null, force: true } },
      { type: "signal.refused", process: null, data: { kind: "target-not-found" } },
    ]);
    // What callers write is not kept at any length.
    expect(JSON.stringify(events).length).toBeLessThan(3_000);
  });
});
