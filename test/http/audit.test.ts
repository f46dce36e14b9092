import { describe, expect, test } from "bun:test";
import { realApp } from "../support/app.ts";
import { expectProblem } from "../support/problem.ts";

const nobody = { withoutToken: "probe", findToken: () => null } as const;
const post = { method: "POST" };

describe("the register", () => {
  test("tells who was refused what, with the reason, and nothing of what was sent", async () => {
    const { request, bus } = realApp({ gate: nobody, clientUid: 1_000 });
    await request("/signal/reload?target=hidden-1", { ...post, body: "hidden-2" });
    await request("/zombies/reap", { ...post, headers: { authorization: "Bearer hidden-3" } });
    await request("/processes", { ...post, headers: { origin: "https://evil.example" } });
    await request("/signal/reload", { ...post, headers: { host: "evil.example" } });
    const told = bus.since(0).map(({ type, data }) => [type, data["path"], data["status"], data["kind"]]);
    expect(told).toEqual([
      ["request.refused", "/signal/reload", 401, "unauthorized"],
      ["request.refused", "/zombies/reap", 401, "unauthorized"],
      ["request.refused", "/processes", 403, "forbidden"],
      ["request.refused", "/signal/reload", 403, "forbidden"],
    ]);
    expect(bus.since(0)[0]?.data["caller"]).toEqual({ role: "probe", name: null, address: null, uid: 1_000 });
    expect(JSON.stringify(bus.since(0))).not.toContain("hidden");
  });

  test("tells nothing of reading, and one event of one signal", async () => {
    const { request, bus } = realApp();
    await request("/processes", { headers: { host: "evil.example" } });
    await request("/none");
    expect(bus.since(0)).toEqual([]);
    await request("/signal/NOSUCH", post);
    expect(bus.since(0).map(({ type }) => type)).toEqual(["signal.refused"]);
    expect(bus.since(0)[0]?.data["caller"]).toMatchObject({ role: "operate" });
  });

  test("tells that a request makes no sense, without what it said", async () => {
    const { request, bus } = realApp();
    await request("/signal", { ...post, body: '{"hidden-1": "hidden-2"}' });
    await request("/zombies/reap?hidden=3", post);
    expect(bus.since(0).map(({ data }) => [data["kind"], data["detail"]])).toEqual([
      ["bad-request", null],
      ["bad-request", null],
    ]);
  });

  test("is not flushed by a flood: some are told, and how many were not", async () => {
    const { request, bus } = realApp({ gate: nobody });
    for (let at = 0; at < 500; at++) await request("/signal/reload", post);
    const told = bus.since(0);
    expect(told.length).toBeGreaterThanOrEqual(50);
    expect(told.length).toBeLessThan(60);
    for (let at = 0; at < 1_000; at++) await realRefusal();
    expect(bus.since(0).length).toBeLessThan(65);
    async function realRefusal() {
      await request("/signal/terminate", post);
    }
  });
});

describe("limits", () => {
  const few = { requests: 1_000, streams: 2, mutations: 5 };

  test("a caller that changes more than it may in a second is told to wait, others are not", async () => {
    const findToken = (secret: string) => ({ role: "operate" as const, name: secret });
    const { request } = realApp({ gate: { withoutToken: "probe", findToken }, requestLimits: few });
    const ask = (name: string) =>
      request("/signal/reload?dryRun=true", { ...post, headers: { authorization: `Bearer ${name}` } });
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask("a")));
    const refused = answers.filter(({ status }) => status === 429);
    expect({ some: answers.length - refused.length >= 5, most: refused.length >= 20 }).toEqual({
      some: true,
      most: true,
    });
    expect(refused[0]?.headers.get("retry-after")).toBe("1");
    await expectProblem(refused[0] as Response, 429, "too-many-requests");
    expect((await ask("b")).status).not.toBe(429);
    const reading = await request("/processes", { headers: { authorization: "Bearer a" } });
    expect(reading.status).toBe(200);
  });

  test("so many requests of one role under way, and others are answered meanwhile", async () => {
    const findToken = (secret: string) => ({
      role: secret === "reader" ? ("read" as const) : ("operate" as const),
      name: secret,
    });
    const gate = { withoutToken: "probe", findToken } as const;
    const { request } = realApp({ gate, requestLimits: { ...few, requests: 1 } });
    const as = (name: string) => ({ authorization: `Bearer ${name}` });
    // A body that does not come to its end.
    let finish = () => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("NOSUCH"));
        finish = () => controller.close();
      },
    });
    const slow = request("/signal", { ...post, body, headers: as("ops"), duplex: "half" } as RequestInit);
    const refused = await request("/processes", { headers: as("ops") });
    expect(refused.headers.get("retry-after")).toBe("1");
    await expectProblem(refused, 429, "too-many-requests");
    expect((await request("/processes", { headers: as("reader") })).status).toBe(200);
    expect((await request("/livez", { headers: as("none") })).status).not.toBe(429);
    finish();
    expect((await slow).status).not.toBe(429);
    expect((await request("/processes", { headers: as("ops") })).status).toBe(200);
  });

  test("so many streams of one role, and not one more until one has ended", async () => {
    const { request, streams } = realApp({ requestLimits: few });
    const open = () => request("/events?follow=true", { headers: { accept: "text/event-stream" } });
    const first = await open();
    await open();
    const third = await open();
    expect(third.headers.get("retry-after")).toBe("5");
    await expectProblem(third, 429, "too-many-requests");
    await first.body?.cancel();
    expect((await open()).status).toBe(200);
    expect(streams.count()).toBe(2);
  });
});

describe("answers", () => {
  test("are for nobody's frame, cache or guess, whatever they are", async () => {
    const { request } = realApp();
    for (const path of ["/", "/livez", "/processes", "/none", "/docs", "/metrics", "/openapi.json"]) {
      const { headers } = await request(path, { headers: { accept: "text/html" } });
      expect([
        path,
        headers.get("x-content-type-options"),
        headers.get("referrer-policy"),
        headers.get("x-frame-options"),
      ]).toEqual([path, "nosniff", "no-referrer", "DENY"]);
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("access-control-allow-origin")).toBeNull();
      expect(headers.get("cache-control")).toMatch(/no-store|no-cache/);
    }
  });

  test("give no other origin leave, asked before or not", async () => {
    const { request } = realApp();
    const preflight = {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    };
    const { status, headers } = await request("/signal/reload", preflight);
    expect(status).toBe(204);
    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test("a name of allowedHosts is ours, others are not", async () => {
    const { app } = realApp();
    const isOwnHost = (name: string) => name === "sexton.example.svc";
    const bindings = {
      role: "operate",
      checkHost: true,
      isOwnHost,
      extendTimeout() {},
      clientAddress: () => null,
    } as const;
    const statusOf = async (host: string) => (await app.request("/processes", { headers: { host } }, bindings)).status;
    expect(
      await Promise.all(["sexton.example.svc", "SEXTON.example.svc.:9443", "localhost", "evil.example"].map(statusOf)),
    ).toEqual([200, 200, 403, 403]);
  });
});
