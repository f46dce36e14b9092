import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { ask, isAnswer } from "#daemon/evidence/ask.ts";

const app = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 30,
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/slow") await Bun.sleep(5_000);
    if (pathname === "/elsewhere") return Response.redirect("/", 302);
    if (pathname === "/long") return new Response("x".repeat(20 * 1024 * 1024));
    return new Response(`${request.method} ${request.headers.get("connection")}`, { status: 200 });
  },
});
const base = `http://127.0.0.1:${app.port}`;
afterAll(() => app.stop(true));

const question = { method: "GET", timeoutMs: 3_000, abort: new AbortController().signal, wantsBody: true } as const;

describe("asking an app", () => {
  const proxies = ["HTTP_PROXY", "http_proxy"];
  const before = proxies.map((name) => process.env[name]);
  afterEach(() => {
    for (const [at, name] of proxies.entries()) {
      const value = before[at];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  test("goes straight to it, whatever proxy there is, and keeps no connection", async () => {
    for (const name of proxies) process.env[name] = "http://127.0.0.1:1";
    expect(await ask({ ...question, url: base })).toMatchObject({ status: 200, body: "GET close" });
    expect(await ask({ ...question, url: base.replace("127.0.0.1", "localhost") })).toMatchObject({ status: 200 });
  });

  test("does not follow it elsewhere", async () => {
    expect(await ask({ ...question, url: `${base}/elsewhere` })).toMatchObject({ status: 302 });
  });

  test("gives up when its time is over, or nobody wants any more", async () => {
    const started = performance.now();
    expect(await ask({ ...question, url: `${base}/slow`, timeoutMs: 100 })).toEqual({ failure: "no answer in 100 ms" });
    const abort = AbortSignal.timeout(100);
    expect(isAnswer(await ask({ ...question, url: `${base}/slow`, abort }))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test("nobody listens there", async () => {
    expect(await ask({ ...question, url: "http://127.0.0.1:1" })).toEqual({ failure: "nobody listens there" });
  });

  test("reads no more than it has to", async () => {
    const long = await ask({ ...question, url: `${base}/long` });
    expect(isAnswer(long) && long.body.length).toBeWithin(8 * 1024 * 1024, 10 * 1024 * 1024);
    expect(await ask({ ...question, url: `${base}/long`, wantsBody: false })).toMatchObject({ status: 200, body: "" });
  });
});
