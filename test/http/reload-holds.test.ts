import { describe, expect, test } from "bun:test";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";
import { expectProblem } from "../support/problem.ts";
import { createMemoryReloads, stateOf, watchSettings } from "../support/reloads.ts";

const as = (type: string, body: string) => ({ headers: { "content-type": type }, body });
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

function some() {
  const reloads = createMemoryReloads([stateOf(), stateOf({ settings: watchSettings({ name: "prometheus" }) })]);
  return { reloads, ...realApp({ reloads }) };
}

describe("holding", () => {
  const minutes = (view: Json) => Math.round((Date.parse(view["heldUntil"]) - Date.now()) / 60_000);
  test.each<[string, string, RequestInit, number]>([
    ["nothing", "", {}, 10],
    ["the query", "?for=1h", {}, 60],
    ["JSON", "", as("application/json", '{"for":"2m"}'), 2],
    ["a number in JSON", "", as("application/json", '{"for":120}'), 2],
    ["a form", "", as("application/x-www-form-urlencoded", "for=3m"), 3],
    ["bare text", "", as("text/plain", "24h"), 1_440],
    ["both, which agree", "?for=120s", as("application/json", '{"for":"2m"}'), 2],
  ])("so long as %s says", async (_, query, init, expected) => {
    const { post, json, reloads } = some();
    const view = (await (await post(`/reloads/nginx/hold${query}`, init)).json()) as Json;
    expect(view).toEqual({ watch: "nginx", held: true, heldUntil: time, dryRun: false, traceId: null });
    expect(minutes(view)).toBe(expected);
    expect((await json("/reloads"))["watches"][0]).toMatchObject({
      heldUntil: view["heldUntil"],
      pending: { reason: "held", until: view["heldUntil"] },
    });
    expect(await (await post("/reloads/nginx/release?pretty=true")).text()).toBe("nginx: released\n");
    expect(reloads.watches()[0]?.heldUntil).toBeNull();
  });

  test("is not done in a dry run, nor is a release", async () => {
    const { post, reloads } = some();
    const view = (await (await post("/reloads/nginx/hold?dryRun=true&for=5m")).json()) as Json;
    expect([view["dryRun"], view["held"], minutes(view)]).toEqual([true, true, 5]);
    expect(reloads.watches()[0]?.heldUntil).toBeNull();
    await post("/reloads/nginx/hold");
    expect(await (await post("/reloads/nginx/release?dryRun=true&pretty=true")).text()).toBe(
      "nginx: would be released\n",
    );
    expect(reloads.watches()[0]?.heldUntil).not.toBeNull();
  });
});

describe("what cannot be understood does nothing", () => {
  test.each<[string, RequestInit, string]>([
    ["/reloads/nginx?dryrun=true", {}, "dryrun"],
    ["/reloads/nginx?dryRun=maybe", {}, "dryRun"],
    ["/reloads/nginx", as("application/json", '{"force":true}'), "force"],
    ["/reloads/nginx/hold?for=soon", {}, "for"],
    ["/reloads/nginx/hold?for=-5m", {}, "for"],
    ["/reloads/nginx/hold?for=0", {}, "for"],
    ["/reloads/nginx/hold?for=25h", {}, "for"],
    ["/reloads/nginx/hold", as("text/plain", "for ever"), "for"],
    ["/reloads/nginx/hold", as("application/json", '{"for":null}'), "for"],
    ["/reloads/nginx/release?for=10m", {}, "for"],
  ])("POST %s %j", async (path, init, parameter) => {
    const { post, reloads } = some();
    expect((await expectProblem(await post(path, init), 400, "bad-request"))["parameter"]).toBe(parameter);
    expect(reloads.ran).toEqual([]);
    expect(reloads.watches()[0]?.heldUntil).toBeNull();
  });

  test("a query and a body that contradict each other", async () => {
    const { post, reloads } = some();
    const body = as("application/json", '{"dryRun":false,"for":"1m"}');
    await expectProblem(await post("/reloads/nginx/hold?dryRun=true", body), 400, "bad-request");
    expect(reloads.watches()[0]?.heldUntil).toBeNull();
  });

  test.each(["", "/hold", "/release"])("a watch that is not there: %j", async (action) => {
    const { post } = some();
    const body = await expectProblem(await post(`/reloads/ngins${action}`), 404, "not-found");
    expect(body).toMatchObject({ nearest: "nginx", watches: ["nginx", "prometheus"] });
    expect(body["detail"]).toContain('Did you mean "nginx"? The watches are nginx, prometheus.');
    const none = await expectProblem(await realApp().post(`/reloads/nginx${action}`), 404, "not-found");
    expect(none["detail"]).toContain("none is configured");
  });

  test.each(["/reloads/nginx", "/reloads/nginx/hold", "/reloads/nginx/release"])("GET %s", async (path) => {
    const { request } = some();
    const response = await request(`${path}?dryRun=true`);
    expect(response.headers.get("allow")).toBe("POST, OPTIONS");
    const body = await expectProblem(response, 405, "method-not-allowed");
    expect(body["detail"]).toEndWith(`curl -X POST 'localhost:9099${path}?dryRun=true'`);
  });

  test("who may only read reads, and who may only probe does not", async () => {
    const { reloads } = some();
    const reader = realApp({ role: "read", reloads });
    expect((await reader.request("/reloads")).status).toBe(200);
    for (const path of ["/reloads/nginx", "/reloads/nginx/hold", "/reloads/nginx/release"]) {
      await expectProblem(await reader.post(`${path}?dryRun=true`), 403, "forbidden");
    }
    await expectProblem(await realApp({ role: "probe", reloads }).request("/reloads"), 403, "forbidden");
    expect(reloads.ran).toEqual([]);
  });
});
