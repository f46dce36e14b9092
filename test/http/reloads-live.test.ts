import { describe, expect, test } from "bun:test";
import { problem } from "#base/errors.ts";
import type { Apply } from "#daemon/evidence/apply.ts";
import { createReloadMetrics } from "#telemetry/reload-metrics.ts";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";
import { readSamples, writeText } from "../support/exposition.ts";
import { eventually } from "../support/poll.ts";
import { expectProblem } from "../support/problem.ts";
import { confirmed, reloaderOver } from "../support/reloader.ts";

/** Whatever three letters of it are nowhere else. */
const secret = "QxZ7kWvJ2pQX";
type Watch = Parameters<typeof reloaderOver>[0];

/** The API over a reloader that watches real files; what it tells is gathered. */
function live(
  watch: Watch,
  apply: Apply = async () => confirmed,
  first = '{"a": 1}',
  means: Parameters<typeof reloaderOver>[2] = {},
) {
  const told: string[] = [];
  const say = (...parts: unknown[]) => void told.push(JSON.stringify(parts));
  const log = { info: say, warn: say, error: say };
  const harness = reloaderOver(watch, apply, { log, ...means }, (folder) => void folder.write("conf/app.json", first));
  harness.bus.listen((event) => void told.push(JSON.stringify(event)));
  const metrics = createReloadMetrics(harness.reloader, harness.bus);
  return {
    folder: harness.folder,
    calls: harness.calls,
    of: harness.of,
    begin: harness.begin,
    rest: harness.rest,
    told,
    metrics,
    ...realApp({ reloads: harness.reloader }),
    [Symbol.asyncDispose]: harness[Symbol.asyncDispose],
  };
}

type Live = ReturnType<typeof live>;
const run = async ({ post }: Live, query = "") => (await (await post(`/reloads/app${query}`)).json()) as Json;
const only = async ({ json }: Live): Promise<Json> => (await json("/reloads"))["watches"][0];

const when = (app: Live, what: string, is: (watch: Json) => boolean) =>
  eventually<Json>(what, async () => {
    const watch = await only(app);
    return is(watch) ? watch : (null as never);
  });

describe("the API over real files", () => {
  test("tells a change and the reload that it leads to", async () => {
    await using app = live(() => ({}));
    await app.begin();
    const before = await only(app);
    expect(before).toMatchObject({
      name: "app",
      lastChange: null,
      lastReload: null,
      pending: null,
      files: 1,
      problem: null,
    });
    app.folder.write("conf/app.json", '{"a": 2}');
    const after = await when(app, "the reload", (watch) => watch["lastReload"]?.status === "confirmed");
    expect(after).toMatchObject({ changes: 1, lastReload: { reason: "change", attempt: 1, hash: after["hash"] } });
    expect(after["hash"]).not.toBe(before["hash"]);
    expect(Date.parse(after["lastChange"])).toBeGreaterThan(Date.now() - 60_000);
    expect((await app.json("/reloads"))["reloads"]).toHaveLength(1);
    const samples = readSamples(writeText(app.metrics.families()));
    expect(samples.get('sexton_reloads_total{watch="app",outcome="confirmed"}')).toBe(1);
    expect(samples.get('sexton_config_last_reload_successful{watch="app"}')).toBe(1);
    expect(samples.get(`sexton_config_info{watch="app",hash="${after["hash"]}",generation=""}`)).toBe(1);
  });

  test("reloads when it is asked to, also without a change, and answers what came of it", async () => {
    let status: "confirmed" | "unconfirmed" | "failed" = "confirmed";
    await using app = live(
      () => ({ retry: { on: "never", leastMs: 100, mostMs: 100 } }),
      async () => ({ ...confirmed, status, detail: "Because." }),
    );
    await app.begin();
    const answers: Json[] = [];
    for (status of ["confirmed", "unconfirmed", "failed"] as const) answers.push(await run(app));
    expect(answers.map((answer) => [answer["reason"], answer["status"], answer["detail"]])).toEqual([
      ["request", "confirmed", "Because."],
      ["request", "unconfirmed", "Because."],
      ["request", "failed", "Because."],
    ]);
    expect(await run(app, "?dryRun=true")).toMatchObject({ status: "would-reload", hash: (await only(app))["hash"] });
    expect(app.calls).toHaveLength(3);
  });

  test.each([
    ["failed", problem("signal-unhandled", "Cannot reload it: it has no handler.", { disposition: "ignored" }), 409],
    ["failed", problem("permission-denied", "Cannot signal it: it is another's.", { fix: "runAsUser: 0" }), 403],
    ["no-target", problem("target-not-found", "Cannot find it.", { candidates: [] }), 404],
  ] as const)(
    "answers with the problem where nobody was told, and keeps the record: %s",
    async (status, refusal, code) => {
      await using app = live(
        () => ({}),
        async () => ({ ...confirmed, status, process: null, detail: refusal.detail, refusal }),
        undefined,
        { preview: async () => refusal },
      );
      await app.begin();
      for (const query of ["", "?dryRun=true"]) {
        const body = await expectProblem(await app.post(`/reloads/app${query}`), code, refusal.kind);
        expect(body).toMatchObject({ ...refusal.facts, detail: refusal.detail });
      }
      expect((await app.json("/reloads"))["reloads"]).toMatchObject([
        { status: "failed", detail: refusal.detail, process: null, reason: "request" },
      ]);
    },
  );

  test("answers with a problem where the validator gives no verdict: nobody was told", async () => {
    const http = { kind: "http", url: "http://127.0.0.1:9/", timeoutMs: 50 } as const;
    await using app = live(() => ({ validate: http, retry: { on: "never", leastMs: 100, mostMs: 100 } }));
    await app.begin();
    const body = await expectProblem(await app.post("/reloads/app"), 503, "unavailable");
    expect(body["detail"]).toContain("Cannot validate the content: the validator cannot be reached");
    expect(app.calls).toEqual([]);
    // What nobody was told of needs no reload when it is back as it was.
    app.folder.write("conf/app.json", '{"a": 2}');
    await when(app, "the failure", (watch) => watch["changes"] === 1 && watch["pending"] === null);
    const { lastReload } = await only(app);
    expect(lastReload).toMatchObject({ status: "failed", reason: "change" });
    app.folder.write("conf/app.json", '{"a": 1}');
    await when(app, "the return", (watch) => watch["changes"] === 2 && watch["pending"] === null);
    expect(await only(app)).toMatchObject({ lastReload });
  });

  test("holds, and reloads what has changed meanwhile when it is released", async () => {
    await using app = live(() => ({}));
    await app.begin();
    await app.post("/reloads/app/hold", { body: "5m" });
    app.folder.write("conf/app.json", '{"a": 2}');
    const held = await when(
      app,
      "the change",
      (watch) => watch["pending"]?.reason === "held" && watch["changes"] === 1,
    );
    expect(held["pending"].until).toBe(held["heldUntil"]);
    expect(app.calls).toEqual([]);
    await app.post("/reloads/app/release");
    await app.rest();
    expect(app.calls).toHaveLength(1);
    expect(await only(app)).toMatchObject({ heldUntil: null, pending: null, lastReload: { status: "confirmed" } });
  });

  test("rejects what is not valid, tells where, and nothing of it anywhere", async () => {
    await using app = live(() => ({ validate: { kind: "json" } }), undefined, `{"password": "${secret}"}`);
    await app.begin();
    app.folder.write("conf/app.json", `{\n  "password": "${secret}",\n  ${secret}: 1\n}`);
    const rejection = { file: app.folder.path("conf/app.json"), line: 3, column: 3, reason: expect.any(String) };
    await when(app, "the rejection", (watch) => watch["lastReload"]?.status === "rejected");
    expect((await only(app))["lastReload"]["rejection"]).toEqual(rejection);
    expect(await run(app, "?dryRun=true")).toMatchObject({ status: "rejected", rejection });
    expect(await run(app)).toMatchObject({ status: "rejected", rejection });
    expect(app.calls).toEqual([]);
    expect(app.of("config.rejected")[0]?.data).toMatchObject({ watch: "app", ...rejection });
    const shown = [
      await (await app.request("/reloads")).text(),
      await (await app.request("/reloads?pretty=true")).text(),
    ];
    const all = [...shown, ...app.told, writeText(app.metrics.families())].join("\n");
    expect(all).toContain("a word that JSON does not have");
    for (let at = 0; at + 3 <= secret.length; at++) expect(all.includes(secret.slice(at, at + 3))).toBe(false);
  });

  test("lets go of who waits when the reloader stops", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using app = live(
      () => ({}),
      async () => promise.then(() => confirmed),
    );
    await app.begin();
    const answer = run(app);
    await eventually("the reload", () => app.calls.length === 1);
    expect((await app.json("/reloads"))["reloads"][0]).toMatchObject({ status: "running", endedAt: null });
    resolve();
    expect(await answer).toMatchObject({ status: "confirmed" });
  });
});
