import { describe, expect, test } from "bun:test";
import { problem } from "#base/errors.ts";
import type { ReloadRecord } from "#process/reload.ts";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";
import { expectProblem } from "../support/problem.ts";
import { contentOf, createMemoryReloads, recordOf, stateOf, watchSettings } from "../support/reloads.ts";

const as = (type: string, body: string) => ({ headers: { "content-type": type }, body });
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const unhandled = problem("signal-unhandled", "Cannot reload process 17: nothing handles SIGHUP.", {
  disposition: "default-terminate",
});
const rejection = { file: "/etc/app/x.json", line: 3, column: 7, reason: "a comma is expected" };

function some(dry = {}) {
  const api = { url: "http://user:secret@127.0.0.1:8080/-/reload?token=secret", method: "POST" as const };
  const reloads = createMemoryReloads(
    [
      stateOf(),
      stateOf({
        settings: watchSettings({
          name: "prometheus",
          paths: ["/etc/prometheus"],
          target: "prom",
          validate: { kind: "yaml" },
          http: { ...api, status: [200, 299], timeoutMs: 5_000 },
          proof: { waitMs: 5_000, http: { url: api.url, field: null, expect: null } },
        }),
        content: contentOf({ hash: "f".repeat(64), generation: "..2026_01_01_00_00_00.1" }),
        appliedHash: null,
        changedAt: 61_000,
        changes: 3,
        pending: { reason: "retry", until: 90_000 },
        mechanism: "poll",
        problem: "no inotify watches are left",
        errors: 2,
        oldWorkers: 1,
      }),
    ],
    Date.now,
    dry,
  );
  return { reloads, ...realApp({ reloads }) };
}

describe("GET /reloads", () => {
  test("tells each watch and the last reloads", async () => {
    const { reloads, json } = some();
    reloads.reloaded({ id: 1 });
    reloads.reloaded({
      id: 2,
      watch: "prometheus",
      status: "rejected",
      rejection,
      evidence: [],
      process: null,
      endedAt: 2_001,
    });
    const { watches, reloads: told, usage } = await json("/reloads");
    expect(watches.map(({ name }: Json) => name)).toEqual(["nginx", "prometheus"]);
    expect(watches[0]).toMatchObject({
      name: "nginx",
      paths: ["/etc/nginx/conf.d"],
      target: null,
      lastChange: null,
      lastReload: { id: 1, status: "confirmed" },
      pending: null,
      hash: "0123456789ab",
      problem: null,
    });
    expect(watches[1]).toMatchObject({
      target: "prom",
      verb: "reload",
      lastChange: "1970-01-01T00:01:01.000Z",
      lastReload: { id: 2, status: "rejected", rejection },
      pending: { reason: "retry", until: "1970-01-01T00:01:30.000Z" },
      hash: "ffffffffffff",
      appliedHash: null,
      generation: "..2026_01_01_00_00_00.1",
      files: 2,
      bytes: 300,
      changes: 3,
      mechanism: "poll",
      problem: "no inotify watches are left",
      errors: 2,
      oldWorkers: 1,
      settings: {
        settleSeconds: 1,
        settleMostSeconds: 10,
        validate: "yaml",
        http: "http://127.0.0.1:8080/-/reload",
        proof: { waitSeconds: 5, http: "http://127.0.0.1:8080/-/reload" },
        retry: { on: "failed", leastSeconds: 1, mostSeconds: 60 },
      },
    });
    expect(told[1]).toEqual({
      ...recordOf(),
      hash: "0123456789ab",
      startedAt: "1970-01-01T00:00:02.000Z",
      endedAt: "1970-01-01T00:00:02.250Z",
      durationSeconds: 0.25,
    });
    expect(told.map(({ id }: Json) => id)).toEqual([2, 1]);
    expect(usage[0]).toBe("curl -X POST localhost:9099/reloads/nginx");
    expect(JSON.stringify({ watches, told, usage })).not.toContain("secret");
  });

  test("is a table for people", async () => {
    const { reloads, request } = some();
    reloads.reloaded({ id: 1 });
    reloads.reloaded({ id: 2, attempt: 2, reason: "retry", status: "rejected", rejection, evidence: [] });
    const text = await (await request("/reloads?pretty=true")).text();
    expect(text).toMatch(/^WATCH +PATHS +TARGET +HASH +CHANGED +RELOADED +STATUS +PENDING +BY\n/);
    expect(text).toMatch(/\nprometheus +\/etc\/prometheus +prom +ffffffffffff +\S+ ago +- +- +retry 0:00 +poll\n/);
    expect(text).toContain("\n- prometheus: no inotify watches are left\n");
    expect(text).toMatch(
      /\n +2 +\S+Z +nginx +retry \(2\) +rejected +0.25 +\S+ +\/etc\/app\/x.json:3:7: a comma is expected\n/,
    );
    expect(text).toMatch(/\n +1 +\S+Z +nginx +change +confirmed +0.25 +\S+ +2 started, 2 exited\n/);
    expect(text).toEndWith("curl -X POST localhost:9099/reloads/nginx/release\n");
    const again = await (await request("/reloads", { headers: { accept: "text/plain" } })).text();
    // Asked a moment later.
    const timeless = (table: string) => table.replaceAll(/[\d:-]+ ago/g, "ago");
    expect(timeless(again)).toBe(timeless(text));
  });

  test("has no control characters of others' names in it", async () => {
    const { request, reloads } = some();
    reloads.set("nginx", { problem: "\u001b[31mred" });
    expect(await (await request("/reloads?pretty=true")).text()).toContain("- nginx: \\x1b[31mred\n");
  });

  test("says how to configure a watch where there is none", async () => {
    const { json, request } = realApp();
    expect(await json("/reloads")).toEqual({
      watches: [],
      reloads: [],
      usage: [expect.stringMatching(/^sexton --watch /)],
    });
    expect(await (await request("/reloads?pretty=true")).text()).toMatch(
      /^No watch is configured\.\n\nsexton --watch .+\n$/,
    );
  });
});

describe("POST /reloads/{name}", () => {
  test.each<[string, Partial<ReloadRecord>, string]>([
    ["confirmed", {}, "nginx (process 17-49123): confirmed after 0.25 s, 2 started, 2 exited\n"],
    [
      "unconfirmed",
      { status: "unconfirmed", evidence: [], detail: "Nothing was seen in 2 s." },
      "nginx (process 17-49123): unconfirmed after 0.25 s, Nothing was seen in 2 s.\n",
    ],
    [
      "failed",
      { status: "failed", evidence: [], detail: "It ended." },
      "nginx (process 17-49123): failed after 0.25 s, It ended.\n",
    ],
    [
      "superseded",
      { status: "superseded", evidence: [], detail: "A newer change came." },
      "nginx (process 17-49123): superseded after 0.25 s, A newer change came.\n",
    ],
    [
      "rejected",
      { status: "rejected", evidence: [], process: null, rejection },
      "nginx: rejected after 0.25 s, /etc/app/x.json:3:7: a comma is expected\n",
    ],
  ])("answers 200 with what became of it: %s", async (status, how, text) => {
    const { reloads, post } = some();
    reloads.ends({ startedAt: 2_000, endedAt: 2_250, ...how });
    const answer = await post("/reloads/nginx");
    expect(answer.status).toBe(200);
    expect((await answer.json()) as Json).toMatchObject({
      watch: "nginx",
      reason: "request",
      status,
      startedAt: time,
      durationSeconds: 0.25,
      hash: "0123456789ab",
      rejection: how.rejection ?? null,
      dryRun: false,
      traceId: null,
    });
    expect(await (await post("/reloads/nginx?pretty=true")).text()).toBe(text);
  });

  test("answers when it has ended, and not before", async () => {
    const { reloads, post } = some();
    const { promise, resolve } = Promise.withResolvers<Partial<ReloadRecord>>();
    reloads.ends(promise);
    let answered = false;
    const answer = Promise.resolve(post("/reloads/nginx")).then((response) => {
      answered = true;
      return response;
    });
    await Bun.sleep(50);
    expect(answered).toBe(false);
    resolve({ status: "confirmed" });
    expect((await answer).status).toBe(200);
  });

  test("lets go of those who wait when sexton stops", async () => {
    const { reloads, post, stopping } = some();
    reloads.ends(new Promise(() => {}));
    const answer = post("/reloads/nginx");
    await Bun.sleep(20);
    stopping.abort();
    await expectProblem(await answer, 503, "unavailable");
  });

  test("hands over the caller's trace, and answers with its id", async () => {
    const { reloads, post } = some();
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const answer = (await (await post("/reloads/nginx", { headers: { traceparent } })).json()) as Json;
    expect(answer["traceId"]).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(reloads.ran[0]?.[1].trace).toMatchObject({ spanId: "b7ad6b7169203331" });
  });

  test.each([
    ["the query", "?dryRun=true", {}],
    ["JSON", "", as("application/json", '{"dryRun":true}')],
    ["a form", "", as("application/x-www-form-urlencoded", "dryRun=true")],
  ])("only decides with dryRun in %s", async (_, query, init) => {
    const { reloads, post } = some();
    const answer = (await (await post(`/reloads/nginx${query}`, init)).json()) as Json;
    expect(answer).toMatchObject({ id: null, watch: "nginx", status: "would-reload", dryRun: true, startedAt: null });
    expect(reloads.ran.map(([, { dryRun }]) => dryRun)).toEqual([true]);
    expect(reloads.records()).toEqual([]);
  });

  test("says what a dry run has found", async () => {
    const rejected = some({ rejection });
    const answer = await rejected.post("/reloads/nginx?dryRun=true");
    expect((await answer.json()) as Json).toMatchObject({ status: "rejected", rejection });
    const refused = some({ refusal: unhandled });
    await expectProblem(await refused.post("/reloads/nginx?dryRun=true&pretty=true"), 409, "signal-unhandled");
  });
});
