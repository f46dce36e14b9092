import { expect, test } from "bun:test";
import type { Pod } from "#process/leave.ts";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";
import { expectProblem } from "../support/problem.ts";

function appOf({ isInit = false, allowed = true } = {}) {
  const restarts: unknown[] = [];
  const pod: Pod = { isInit, mayRestart: () => allowed, restart: (caller) => void restarts.push(caller) };
  return { restarts, ...realApp({ pod }) };
}

test("a restart is accepted, and says what the manifest needs", async () => {
  const { post, restarts } = appOf();
  const answer = await post("/pod/restart");
  expect(answer.status).toBe(202);
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(await answer.json()).toMatchObject({
    exitCode: 88,
    dryRun: false,
    needs: expect.stringContaining("RestartAllContainers"),
  });
  expect(restarts).toMatchObject([{ role: "operate" }]);
});

test.each<[string, RequestInit]>([
  ["?dryRun=true", {}],
  ["", { body: '{"dryRun":true}', headers: { "content-type": "application/json" } }],
  ["", { body: "true" }],
])("a dry run (%j, %j) does nothing", async (query, init) => {
  const { post, restarts } = appOf();
  const answer = await post(`/pod/restart${query}`, init);
  expect([answer.status, ((await answer.json()) as Json)["dryRun"]]).toEqual([200, true]);
  expect(restarts).toEqual([]);
});

test("without the setting it is refused, with what to set, and told", async () => {
  const { post, restarts, bus } = appOf({ allowed: false });
  const body = await expectProblem(await post("/pod/restart"), 403, "forbidden");
  expect(body["fix"]).toContain("pod: {restart: true}");
  expect(body["fix"]).toContain("restartPolicyRules");
  expect(restarts).toEqual([]);
  expect(bus.since(0)).toMatchObject([{ type: "request.refused", data: { path: "/pod/restart", status: 403 } }]);
});

test("in front of an app it is refused, whatever is set", async () => {
  const { post, restarts } = appOf({ isInit: true });
  const body = await expectProblem(await post("/pod/restart"), 403, "forbidden");
  expect(body["detail"]).toContain("init");
  expect(restarts).toEqual([]);
});

test("a GET does nothing", async () => {
  const { request, restarts } = appOf();
  await expectProblem(await request("/pod/restart"), 405, "method-not-allowed");
  expect(restarts).toEqual([]);
});
