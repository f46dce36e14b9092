import { afterAll, describe, expect, test } from "bun:test";
import { applying } from "../../support/applying.ts";

const { sexton, apply, tellings } = applying();

describe("a watch's reload over HTTP", () => {
  let version = 0;
  const app = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 30,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/version") return Response.json({ version });
      if (pathname === "/slow") await Bun.sleep(3_000);
      if (pathname === "/bad") return new Response("secret: no such key", { status: 500 });
      if (pathname === "/moved") return Response.redirect("/reload", 302);
      if (pathname === "/reload") setTimeout(() => version++, 100);
      return new Response(`secret ${request.method}`);
    },
  });
  afterAll(() => app.stop(true));
  const base = `http://user:secret@127.0.0.1:${app.port}`;
  const http = { url: `${base}/reload?token=secret`, method: "POST", status: [200, 299], timeoutMs: 1_000 } as const;

  test("is confirmed by its status, and told as any reload is", async () => {
    const told = tellings();
    const cause = sexton().bus.emit({ type: "config.changed", data: {} });
    const applied = await apply({ http }, { cause });
    expect(applied).toEqual({
      status: "confirmed",
      evidence: [{ kind: "http-status", detail: expect.stringMatching(/^200 after \d+ ms$/) }],
      detail: null,
      process: null,
    });
    const [, started, ended] = told();
    expect(started).toMatchObject({ type: "reload.started", cause, data: { target: "app", watch: "app-conf" } });
    expect(ended).toMatchObject({ type: "reload.confirmed", cause: started?.id ?? 0, data: { outcome: "confirmed" } });
    expect(JSON.stringify(told())).not.toContain("secret");
  });

  test.each([
    ["/bad", "answered 500 after"],
    ["/moved", "answered 302 after"],
    ["/slow", "failed: no answer in 1000 ms"],
  ])("has failed at %s, and says nothing of the answer but its status", async (path, said) => {
    const told = tellings();
    const applied = await apply({ http: { ...http, url: `${base}${path}` } });
    expect(applied).toMatchObject({ status: "failed", detail: expect.stringContaining(said), evidence: [] });
    expect(told().map(({ type }) => type)).toEqual(["reload.started", "reload.failed"]);
    expect(told().at(-1)?.data).toMatchObject({ outcome: "unconfirmed", failure: applied.detail });
    expect(JSON.stringify([applied, told()])).not.toContain("secret");
  });

  test("waits for its probe too, where there is one", async () => {
    const probe = { url: `${base}/version`, field: "version", expect: null };
    const proof = { waitMs: 2_000, http: probe };
    expect(await apply({ http, proof })).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "http-status" }, { kind: "http-probe" }],
    });
    const never = await apply({ http: { ...http, url: `${base}/other` }, proof: { ...proof, waitMs: 500 } });
    expect(never).toMatchObject({ status: "unconfirmed", evidence: [{ kind: "http-status" }] });
    expect(never.detail).toContain("in 0.5 s shows an effect");
  });

  test("is not cut short while it is asked for, and its proof is", async () => {
    const slow = { ...http, url: `${base}/slow`, timeoutMs: 10_000 };
    const probe = { url: `${base}/version`, field: "version", expect: "never" };
    const told = tellings();
    const before = performance.now();
    const proof = { waitMs: 60_000, http: probe };
    const applied = await apply({ http: slow, proof }, { enough: AbortSignal.timeout(200) });
    expect(performance.now() - before).toBeWithin(2_900, 20_000);
    expect(applied).toMatchObject({ status: "superseded", evidence: [{ kind: "http-status" }] });
    expect(told().at(-1)).toMatchObject({
      type: "reload.unconfirmed",
      data: { outcome: "unconfirmed", superseded: true },
    });
  });

  test("finds nobody: told nowhere, however often it is tried", async () => {
    const told = tellings();
    const applied = await apply({ http: { ...http, url: "http://localhost:1/reload" } });
    expect(applied).toMatchObject({ status: "no-target", detail: expect.stringContaining("nobody listens") });
    expect(applied.refusal).toMatchObject({ kind: "target-not-found", facts: { candidates: [] } });
    expect(told()).toEqual([]);
  });
});
