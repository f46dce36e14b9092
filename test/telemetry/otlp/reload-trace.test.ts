import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { version } from "#base/version.ts";
import { type Agent, type Json, startAgent } from "../../support/binary.ts";
import type { Item } from "../../support/otlp/items.ts";
import { type Receiver, startReceiver } from "../../support/otlp/receiver.ts";
import { eventually } from "../../support/poll.ts";
import { type Prefork, startPrefork } from "../../support/prefork.ts";

const secret = "--password=hunter2-0123456789";
/** Queues for whatever else happens on this machine: each process is a span and three records. */
const env = {
  OTEL_BSP_MAX_QUEUE_SIZE: "100000",
  OTEL_BSP_SCHEDULE_DELAY: "50",
  OTEL_BLRP_SCHEDULE_DELAY: "50",
  OTEL_BLRP_MAX_QUEUE_SIZE: "100000",
  OTEL_METRIC_EXPORT_INTERVAL: "1000",
  OTEL_RESOURCE_ATTRIBUTES: "k8s.pod.name=web-1",
  SEXTON_METRICS_PER_PROCESS: "all",
};
const callerId = "b7ad6b7169203331";

let receiver: Receiver;
let agent: Agent;
let app: Prefork;
beforeAll(async () => {
  receiver = await startReceiver();
  agent = await startAgent({ env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint } });
  app = await startPrefork(2, secret);
  // Workers that are killed before they can take a signal would be no reload.
  await eventually("sexton to know the workers", async () => {
    const { processes } = await agent.json("/processes?name=prefork");
    // There may be another one on this machine.
    return (processes as Json[]).filter(({ pid, ppid }) => [pid, ppid].includes(app.pid)).length === 3;
  });
});
afterAll(async () => {
  await agent.stop();
  await app.close();
  await receiver[Symbol.asyncDispose]();
});

const kinds = ["", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const startOf = ({ startTimeUnixNano }: Item) => BigInt(startTimeUnixNano);
const ofTrace = (traceId: string) => receiver.items.traces.filter((span) => span["traceId"] === traceId);
const recordsOf = (traceId: string) => receiver.items.logs.filter((record) => record["traceId"] === traceId);
const linkOf = (span: Item) => span["links"][0] as Item;

/** The spans below one, each on a line, indented; those of one parent by their names. */
function tree(spans: readonly Item[], parentId: string, depth = 0): string[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parentId)
    .sort((a, b) => a["name"].localeCompare(b["name"]))
    .flatMap((span) => [
      `${"  ".repeat(depth)}${span["name"]} ${kinds[span["kind"]]}`,
      ...tree(spans, span["spanId"], depth + 1),
    ]);
}

let reloads = 0;
async function reload(traceId: string, flags: "00" | "01"): Promise<Json> {
  const headers = { traceparent: `00-${traceId}-${callerId}-${flags}` };
  const answer = await agent.post(`/processes/${app.pid}/signal?wait=0`, { body: "reload", headers });
  expect(answer.status).toBe(200);
  await app.reloaded(++reloads);
  return (await answer.json()) as Json;
}

describe("a reload that somebody else's trace has asked for", () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  let old: readonly number[];
  let fresh: readonly number[];
  let answer: Json;
  let spans: readonly Item[];
  const named = (name: string) => spans.filter((span) => span["name"] === name);
  const pidsOf = (items: readonly Item[]) => items.map(({ attributes }) => attributes["process.pid"]).sort();

  beforeAll(async () => {
    old = app.workers();
    answer = await reload(traceId, "01");
    fresh = app.workers();
    await eventually("the end of the reload", () => ofTrace(traceId).some(({ name }) => name === "sexton.reload"));
    await eventually("its spans", () => ofTrace(traceId).length >= 7);
    spans = ofTrace(traceId);
  });

  test("is this tree", () => {
    expect(tree(spans, callerId)).toEqual([
      "POST /processes/{pid}/signal SERVER",
      "  sexton.reload INTERNAL",
      "    process exit INTERNAL",
      "    process exit INTERNAL",
      "    process start INTERNAL",
      "    process start INTERNAL",
      "    signal SIGHUP PRODUCER",
    ]);
    expect(named("POST /processes/{pid}/signal")[0]?.attributes).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/processes/{pid}/signal",
      "http.response.status_code": 200,
      "client.address": "127.0.0.1",
      "server.port": Number(new URL(agent.url).port),
    });
    expect(pidsOf(named("process start"))).toEqual([...fresh].sort());
    expect(pidsOf(named("process exit"))).toEqual([...old].sort());
    expect(named("sexton.reload")[0]?.attributes).toMatchObject({
      "process.pid": app.pid,
      "process.executable.name": "prefork",
      "process.command": "prefork",
      "sexton.signal.name": "SIGHUP",
      "sexton.reload.processes.started": 2,
      "sexton.reload.processes.exited": 2,
    });
    expect(answer["traceId"]).toBe(traceId);
  });

  test("is told by one who says who it is", () => {
    for (const { resource, scope } of [...spans, ...recordsOf(traceId)]) {
      expect(resource).toMatchObject({ "service.name": "sexton", "k8s.pod.name": "web-1" });
      expect(scope).toMatchObject({ name: "sexton", version });
    }
  });

  test("has its events as records below it, and in the register with its trace", async () => {
    const [span] = named("sexton.reload");
    const records = await eventually("the records", () => {
      const found = recordsOf(traceId);
      return found.some(({ eventName }) => eventName === "sexton.reload.finished") ? found : null;
    });
    expect(records.map(({ eventName }) => eventName).sort()).toEqual([
      "sexton.process.exit",
      "sexton.process.exit",
      "sexton.process.reaped",
      "sexton.process.reaped",
      "sexton.process.start",
      "sexton.process.start",
      "sexton.reload.finished",
      "sexton.reload.started",
      "sexton.signal.sent",
    ]);
    for (const { spanId } of records) expect(spanId).toBe(span?.["spanId"]);
    const { events } = await agent.json("/events");
    const traced = (events as Json[]).filter((event) => event["traceId"] === traceId);
    expect(traced.map(({ id }) => id)).toEqual(
      records.map(({ attributes }) => attributes["sexton.event.id"]).sort((a, b) => Number(a) - Number(b)),
    );
  });

  test("leads to the lives of the workers, also of those that live on", async () => {
    const lives = () => receiver.items.traces.filter((span) => span["name"] === "process prefork");
    for (const exit of named("process exit")) {
      const life = await eventually("the old one's", () =>
        lives().find((span) => span["spanId"] === linkOf(exit)["spanId"]),
      );
      expect(life["traceId"]).toBe(linkOf(exit)["traceId"]);
      expect(life["traceId"]).not.toBe(traceId);
      expect(life.attributes["process.pid"]).toBe(exit.attributes["process.pid"]);
    }
    // Another reload ends the new ones.
    await reload("1".repeat(32), "01");
    for (const start of named("process start")) {
      const life = await eventually("the new one's", () =>
        lives().find((span) => span["spanId"] === linkOf(start)["spanId"]),
      );
      expect(life.attributes["process.pid"]).toBe(start.attributes["process.pid"]);
      const links = (life["links"] as Item[]).map(({ attributes, spanId }) => [attributes["sexton.link.type"], spanId]);
      expect(links).toContainEqual(["started_by", named("sexton.reload")[0]?.["spanId"]]);
      expect(links.map(([type]) => type)).toEqual(["parent_process", "started_by", "exited_during"]);
    }
  });
});

test("a reload that its caller does not sample has no span, and all of its records", async () => {
  const traceId = "2".repeat(32);
  await reload(traceId, "00");
  const names = () => recordsOf(traceId).map(({ eventName }) => eventName);
  await eventually("the records", () => names().includes("sexton.reload.finished"));
  expect(names().filter((name) => name === "sexton.process.start")).toHaveLength(2);
  // What was sampled comes later than this.
  await agent.fetch("/config");
  await eventually("the span of a later request", () =>
    receiver.items.traces.some(({ name }) => name === "GET /config"),
  );
  expect(ofTrace(traceId)).toEqual([]);
});

test("no span begins before its parent, of all that were sent", () => {
  const byId = new Map(receiver.items.traces.map((span) => [span["spanId"], span]));
  const pairs = receiver.items.traces.flatMap((span) => {
    const parent = byId.get(span["parentSpanId"]);
    return parent ? [[span, parent] as const] : [];
  });
  expect(pairs.length).toBeGreaterThanOrEqual(6);
  for (const [span, parent] of pairs) expect(startOf(span)).toBeGreaterThanOrEqual(startOf(parent));
});

test("no payload holds a command line, or more of a title than the program's name", async () => {
  await eventually("the master's metrics", () =>
    receiver.items.metrics.some(({ attributes }) => attributes["process.pid"] === app.pid),
  );
  const titles = await Bun.file(`/proc/${app.pid}/cmdline`).text();
  expect(titles).toContain("hunter2");
  // In the register it is there, but for what looks like a credential.
  expect(JSON.stringify((await agent.json("/events?types=signal.sent"))["events"])).toContain("--password=***");
  const sent = [...receiver.items.traces, ...receiver.items.logs, ...receiver.items.metrics];
  expect(sent.some(({ attributes }) => attributes["process.command"] === "prefork")).toBe(true);
  expect(sent.filter((item) => JSON.stringify(item).includes("hunter2"))).toEqual([]);
});

test("what lives when sexton stops has no span", async () => {
  expect(await agent.stop()).toBe(0);
  const living = [app.pid, ...app.workers()];
  const told = receiver.items.traces.filter(({ name }) => /^process (prefork|exit)$/.test(name));
  expect(told.filter(({ attributes }) => living.includes(Number(attributes["process.pid"])))).toEqual([]);
  expect(receiver.items.logs.map(({ eventName }) => eventName)).toContain("sexton.stopping");
});
