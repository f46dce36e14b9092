import { expect, test } from "bun:test";
import { type Json, runBinary, startAgent } from "../../support/binary.ts";
import { contentFolder } from "../../support/content-folder.ts";
import type { Item } from "../../support/otlp/items.ts";
import { startReceiver } from "../../support/otlp/receiver.ts";
import { eventually } from "../../support/poll.ts";
import { startPrefork } from "../../support/prefork.ts";

/** Six letters of it are nowhere else. */
const secret = "QxZ7kWvJ2pQX";
const env = {
  OTEL_BSP_MAX_QUEUE_SIZE: "100000",
  OTEL_BSP_SCHEDULE_DELAY: "50",
  OTEL_BLRP_SCHEDULE_DELAY: "50",
  OTEL_BLRP_MAX_QUEUE_SIZE: "100000",
  OTEL_METRIC_EXPORT_INTERVAL: "500",
  SEXTON_METRICS_PER_PROCESS: "off",
};

/** What its span says of a reload; workers that were born a moment ago may come and go without one, and prove nothing. */
const outcomes: Readonly<Record<string, string>> = { confirmed: "success", unconfirmed: "timeout" };

/** An agent that watches a folder for an app, and a collector that it tells. */
async function begin() {
  const folder = contentFolder();
  // Before the app, which then has it: what is newer than the app is reloaded at the start.
  folder.write("conf/app.json", `{"password": "${secret}"}`);
  const receiver = await startReceiver();
  const app = await startPrefork(2, "app");
  folder.write("pid", String(app.pid));
  const config = folder.write(
    "sexton.yaml",
    `targets: {app: {pidFile: ${folder.path("pid")}}}
watch:
  - {name: conf, paths: [${folder.path("conf")}], target: app, settle: 100ms, validate: json, proof: {wait: 1s}}
`,
  );
  const args = ["--config", config];
  const agent = await startAgent({ args, env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint } });
  const watch = async (): Promise<Json> => (await agent.json("/reloads"))["watches"][0];
  const spans = (name: string) => receiver.items.traces.filter((span) => span["name"] === name);
  await eventually("the first reading", async () => (await watch())["hash"] !== null);
  const workersKnown = () =>
    eventually("sexton to know the workers", async () => {
      const known = (await agent.json("/processes?name=prefork"))["processes"].map(({ pid }: Json) => pid);
      return app.workers().every((pid) => known.includes(pid));
    });
  await workersKnown();
  return {
    folder,
    receiver,
    app,
    agent,
    watch,
    spans,
    ofTrace: (traceId: string) => receiver.items.traces.filter((span) => span["traceId"] === traceId),
    /** One that is valid, and taken. */
    async change() {
      folder.write("conf/app.json", `{"password": "${secret}", "a": ${Math.random()}}`);
      await eventually("the reload", async () => outcomes[(await watch())["lastReload"]?.status] !== undefined);
      await app.reloaded(1);
      await workersKnown();
      await eventually("its span", () => spans("sexton.reload").length > 0);
    },
    async [Symbol.asyncDispose]() {
      await agent.stop();
      await app.close();
      await receiver[Symbol.asyncDispose]();
      folder.remove();
    },
  };
}

/** The spans below one, each on a line, indented; those of one parent by their names. */
function tree(all: readonly Item[], parentId: string, depth = 0): string[] {
  return all
    .filter(({ parentSpanId }) => (parentSpanId ?? "") === parentId)
    .sort((a, b) => a["name"].localeCompare(b["name"]))
    .flatMap((span) => [`${"  ".repeat(depth)}${span["name"]}`, ...tree(all, span["spanId"], depth + 1)]);
}

test("a change is one trace, from the file to the new workers", async () => {
  await using stage = await begin();
  const { app, folder, receiver, spans, watch, ofTrace } = stage;
  await stage.change();
  const found = await eventually("all of it", () => {
    const all = ofTrace(spans("config change")[0]?.["traceId"]);
    return all.length >= 7 ? all : null;
  });
  expect(tree(found, "")).toEqual([
    "config change",
    "  sexton.reload",
    "    process exit",
    "    process exit",
    "    process start",
    "    process start",
    "    signal SIGHUP",
  ]);
  const { hash, lastReload } = await watch();
  const content = { "sexton.watch": "conf", "sexton.config.hash": hash };
  const [reload] = found.filter(({ name }) => name === "sexton.reload");
  expect(spans("config change")[0]?.attributes).toMatchObject({ ...content, "file.path": folder.path("conf") });
  expect(reload?.attributes).toMatchObject({
    ...content,
    "process.pid": app.pid,
    "sexton.target": "app",
    "sexton.reload.outcome": outcomes[lastReload.status],
    "sexton.reload.evidence": lastReload.evidence.map(({ kind }: Json) => kind),
    "sexton.reload.processes.started": 2,
  });
  expect(lastReload).toMatchObject({ reason: "change", hash });
  const recorded = () => receiver.items.logs.filter(({ attributes }) => attributes["sexton.watch"] === "conf");
  await eventually("the last record", () => recorded().some(({ eventName }) => eventName === "sexton.reload.finished"));
  const records = recorded();
  for (const record of records) expect(record["traceId"]).toBe(found[0]?.["traceId"]);
  expect(records.map(({ eventName }) => eventName)).toEqual([
    "sexton.config.changed",
    "sexton.reload.started",
    "sexton.reload.finished",
  ]);
});

test("the hash that each pod has is a metric", async () => {
  await using stage = await begin();
  const { agent, receiver, watch } = stage;
  await stage.change();
  const { hash, lastReload } = await watch();
  await eventually("the metric", () =>
    receiver.items.metrics.some(
      ({ metric, attributes }) => metric["name"] === "sexton.config.info" && attributes["sexton.config.hash"] === hash,
    ),
  );
  const text = await (await agent.fetch("/metrics")).text();
  expect(text).toContain(`sexton_config_info{watch="conf",hash="${hash}",generation=""} 1`);
  expect(text).toContain(`sexton_reloads_total{watch="conf",outcome="${lastReload.status}"} 1`);
  expect(text).toContain('sexton_config_last_reload_successful{watch="conf"} 1');
});

test("a reload that somebody asks for is theirs, and is linked to the change that it applies", async () => {
  await using stage = await begin();
  const { agent, spans, ofTrace } = stage;
  await stage.change();
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  const answer = (await (await agent.post("/reloads/conf", { headers })).json()) as Json;
  expect(answer).toMatchObject({ reason: "request", traceId, dryRun: false });
  expect(outcomes).toHaveProperty(answer["status"]);
  const reload = await eventually("the span", () => ofTrace(traceId).find(({ name }) => name === "sexton.reload"));
  const request = await eventually("the request's", () => ofTrace(traceId).find(({ kind }) => kind === 2));
  expect(request["name"]).toBe("POST /reloads/{name}");
  expect(reload["parentSpanId"]).toBe(request["spanId"]);
  expect(reload["attributes"]).toMatchObject({ "sexton.watch": "conf", "sexton.config.hash": answer["hash"] });
  const [change] = spans("config change");
  expect(reload["links"]).toMatchObject([
    { spanId: change?.["spanId"], attributes: { "sexton.link.type": "applies" } },
  ]);
});

test("content that is rejected is a change that failed; nobody is told of it, nor what it is", async () => {
  await using stage = await begin();
  const { agent, folder, receiver, spans, watch } = stage;
  folder.write("conf/app.json", `{"password": ${secret}}`);
  const change = await eventually("the change", () => spans("config change").find(({ status }) => status?.code === 2));
  expect(change["attributes"]).toMatchObject({
    "error.type": "rejected",
    "sexton.config.rejected.file": folder.path("conf/app.json"),
    "sexton.config.rejected.line": 1,
  });
  expect((await watch())["lastReload"]).toMatchObject({ status: "rejected", rejection: { line: 1, column: 14 } });
  const listed = await runBinary(["reloads", "--listen", new URL(agent.url).host]);
  expect(listed.out).toMatch(/\n +\d+ +\S+ +conf +change +rejected .+app\.json:1:14: a word that JSON does not have/);
  const events = await (await agent.fetch("/events?pretty=true")).text();
  expect(events).toContain(
    "app.json:1:14: a word that JSON does not have: names and text need double quotes; the app is not told",
  );
  expect(spans("sexton.reload")).toEqual([]);
  const all = [
    JSON.stringify(receiver.items),
    agent.stderr(),
    events,
    listed.out,
    await (await agent.fetch("/events")).text(),
    await (await agent.fetch("/reloads")).text(),
    await (await agent.fetch("/metrics")).text(),
  ].join("\n");

  for (let at = 0; at + 6 <= secret.length; at++) expect(all.includes(secret.slice(at, at + 6))).toBe(false);
});
