import { expect, test } from "bun:test";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";
import { expectProblem } from "../support/problem.ts";
import { createMemoryReloads, stateOf } from "../support/reloads.ts";

const hold = { delayMs: 100, keepMs: 60_000, action: { kind: "hold", watch: "nginx", forMs: 60_000 } } as const;
const some = (more: Parameters<typeof realApp>[0] = {}) => {
  const reloads = createMemoryReloads([stateOf()]);
  return { reloads, ...realApp({ reloads, hooks: { quiet: hold }, ...more }) };
};
const isOwnHost = (name: string) => name === "10.1.2.3";
const asKubelet = { role: "probe", isOwnHost } as const;

test("a hook acts, and says what it has done when it is done", async () => {
  const { json, reloads, bus } = some();
  expect(await json("/hooks/quiet")).toMatchObject({
    hook: "quiet",
    status: "done",
    detail: "reloads of nginx are held for 60 s",
    because: null,
    calls: 1,
    durationSeconds: expect.any(Number),
  });
  expect(reloads.watches()[0]?.heldUntil).toBeGreaterThan(Date.now());
  const told = bus.since(0);
  expect(told.map(({ type }) => type)).toEqual(["hook.started", "reload.held", "hook.ended"]);
  expect(told[0]?.data).toMatchObject({ hook: "quiet", action: "hold", caller: { role: "operate" } });
  expect(told.slice(1).map(({ cause }) => cause)).toEqual([told[0]?.id ?? null, told[0]?.id ?? null]);
});

test("who calls while it runs joins it; who calls later is told what came of it", async () => {
  const { json, bus } = some();
  const [first, second] = await Promise.all([json("/hooks/quiet"), json("/hooks/quiet")]);
  expect(second?.["startedAt"]).toBe(first?.["startedAt"]);
  expect((await json("/hooks/quiet"))["calls"]).toBe(3);
  expect(bus.since(0).filter(({ type }) => type === "hook.started")).toHaveLength(1);
});

test("with keep: 0s each call after its end acts", async () => {
  const { json, bus } = some({ hooks: { quiet: { ...hold, keepMs: 0 } } });
  await json("/hooks/quiet");
  await json("/hooks/quiet");
  expect(bus.since(0).filter(({ type }) => type === "hook.started")).toHaveLength(2);
});

test("one that fails answers 503 with the reason", async () => {
  const target = { kind: "signal", verb: "terminate", target: "nobody", until: "exited", waitMs: 100 } as const;
  const { request, bus } = some({ hooks: { end: { delayMs: 0, keepMs: 0, action: target } } });
  const body = await expectProblem(await request("/hooks/end"), 503, "unavailable");
  expect(body).toMatchObject({ hook: "end", because: "target-not-found", detail: expect.stringContaining("nobody") });
  expect(bus.since(0).map(({ type }) => type)).toEqual(["hook.started", "signal.refused", "hook.ended"]);
});

test("one that is not configured is not there, and the others are named", async () => {
  const { request, bus } = some();
  const body = await expectProblem(await request("/hooks/quite"), 404, "not-found");
  expect(body).toMatchObject({ hooks: ["quiet"], nearest: "quiet" });
  expect(bus.since(0).map(({ type }) => type)).toEqual(["request.refused"]);
  for (const name of ["constructor", "__proto__", "toString"])
    await expectProblem(await request(`/hooks/${name}`), 404, "not-found");
});

test.each<[string, string, RequestInit, number]>([
  ["nothing of the query", "/hooks/quiet?dryRun=true", {}, 400],
  ["no name of another", "/hooks/quiet?target=other", {}, 400],
  ["no POST", "/hooks/quiet", { method: "POST" }, 405],
  ["no HEAD, which is a GET elsewhere", "/hooks/quiet", { method: "HEAD" }, 405],
  ["no page of another site", "/hooks/quiet", { headers: { "sec-fetch-site": "cross-site" } }, 403],
  ["no other origin", "/hooks/quiet", { headers: { origin: "https://evil.example" } }, 403],
  ["no other name", "/hooks/quiet", { headers: { host: "evil.example:9099" } }, 403],
])("takes %s", async (_, path, init, status) => {
  const { request, bus } = some();
  expect((await request(path, init)).status).toBe(status);
  expect(bus.since(0).map(({ type }) => type)).toEqual(["request.refused"]);
});

test.each<[string, RequestInit, number]>([
  ["the pod's address, as a kubelet calls it", { headers: { host: "10.1.2.3:9098" } }, 200],
  ["a name, as a rebound one has it", { headers: { host: "evil.example:9098" } }, 403],
  ["another site's page", { headers: { host: "10.1.2.3:9098", "sec-fetch-site": "cross-site" } }, 403],
])("at the probes' listener, by %s", async (_, init, status) => {
  const { request } = some(asKubelet);
  expect((await request("/hooks/quiet", init)).status).toBe(status);
  // Probes are answered whatever they are called.
  expect((await request("/livez", init)).status).toBe(200);
});

test("elsewhere it needs operate", async () => {
  const { request } = some({ gate: { withoutToken: "read", findToken: null } });
  await expectProblem(await request("/hooks/quiet"), 403, "forbidden");
});

test.each(["probe", "operate"] as const)("a flood is refused, as role %s", async (role) => {
  const { request, bus } = some({ role });
  const answers = await Promise.all(Array.from({ length: 30 }, () => request("/hooks/quiet")));
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited.length).toBeGreaterThanOrEqual(15);
  expect(limited[0]?.headers.get("retry-after")).toBe("1");
  expect(bus.since(0).filter(({ type }) => type === "hook.started")).toHaveLength(1);
});

test("who may not call it takes nothing from who may", async () => {
  const known = { role: "operate", name: "ops" } as const;
  const findToken = (secret: string) => (secret === "right" ? known : null);
  const gate = { withoutToken: "probe", findToken } as const;
  const { request } = some({ gate, clientAddress: "10.1.2.4" });
  const call = async (headers: Record<string, string>) => (await request("/hooks/quiet", { headers })).status;
  const strangers = await Promise.all(
    Array.from({ length: 40 }, (_, at) => call(at % 2 === 0 ? {} : { authorization: "Bearer wrong" })),
  );
  expect(new Set(strangers)).toEqual(new Set([401]));
  expect(await call({ authorization: "Bearer right" })).toBe(200);
});

test.each(["POST", "HEAD", "OPTIONS"])("%s says that it takes GET alone, and not HEAD", async (method) => {
  const response = await some().request("/hooks/quiet", { method });
  expect(response.headers.get("allow")).toBe("GET, OPTIONS");
  if (method !== "POST") return;
  const body = await expectProblem(response, 405, "method-not-allowed");
  expect(body["detail"]).toEndWith("This works: curl localhost:9099/hooks/quiet");
});

test("who waits is let go when sexton stops", async () => {
  const { request, stopping } = some({ hooks: { quiet: { ...hold, delayMs: 600_000 } } });
  const waiting = request("/hooks/quiet");
  setTimeout(() => stopping.abort(), 50);
  expect(((await (await waiting).json()) as Json)["because"]).toBe("unavailable");
});
