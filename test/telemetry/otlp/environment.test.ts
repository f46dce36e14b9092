import { describe, expect, test } from "bun:test";
import { type Agent, runBinary, startAgent } from "../../support/binary.ts";
import { deliveryOf, makeSpans, requestSpans } from "../../support/otlp/agent.ts";
import { type Receiver, startReceiver } from "../../support/otlp/receiver.ts";
import { eventually } from "../../support/poll.ts";

const soon = { OTEL_BSP_SCHEDULE_DELAY: "50", OTEL_BLRP_SCHEDULE_DELAY: "50", OTEL_BLRP_MAX_QUEUE_SIZE: "100000" };

async function withAgent(env: Record<string, string>, use: (agent: Agent) => Promise<void>): Promise<void> {
  const agent = await startAgent({ env: { ...soon, ...env } });
  await use(agent);
  expect(await agent.stop()).toBe(0);
}

const to = (receiver: Receiver) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
const sampled = { headers: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } };
const unsampled = { headers: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00" } };

describe("the standard variables", () => {
  test("OTEL_TRACES_SAMPLER=always_off: events go out all the same", async () => {
    await using receiver = await startReceiver();
    await withAgent({ ...to(receiver), OTEL_TRACES_SAMPLER: "always_off" }, async (agent) => {
      await makeSpans(agent, 5);
      await eventually("a log record", () => receiver.items.logs.length > 0);
    });
    expect(requestSpans(receiver)).toEqual([]);
  });

  test("by default the caller decides whether a request is sampled", async () => {
    await using receiver = await startReceiver();
    await withAgent(to(receiver), async (agent) => {
      await agent.fetch("/config", unsampled);
      await agent.fetch("/containers", sampled);
      await eventually("the sampled one", () => requestSpans(receiver).length > 0);
      // What was not sampled is no loss.
      expect((await deliveryOf(agent)).traces).toMatchObject({ failed: 0, dropped: 0 });
    });
    expect(requestSpans(receiver).map(({ attributes }) => attributes["url.path"])).toEqual(["/containers"]);
  });

  test("an endpoint for each signal, and a protocol", async () => {
    await using traces = await startReceiver("grpc");
    await using logs = await startReceiver("http");
    const env = {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces.endpoint,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${logs.endpoint}/v1/logs`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    };
    await withAgent(env, async (agent) => {
      await makeSpans(agent, 5);
      await eventually("both", () => requestSpans(traces).length === 5 && logs.items.logs.length > 0);
      expect(Object.keys(await deliveryOf(agent)).sort()).toEqual(["logs", "traces"]);
    });
    expect(new Set(traces.requests.map(({ signal }) => signal))).toEqual(new Set(["traces"]));
    expect(new Set(logs.requests.map(({ headers }) => headers["content-type"]))).toEqual(new Set(["application/json"]));
  });

  test("OTEL_LOGS_EXPORTER=none", async () => {
    await using receiver = await startReceiver();
    await withAgent({ ...to(receiver), OTEL_LOGS_EXPORTER: "none" }, async (agent) => {
      await makeSpans(agent, 5);
      await eventually("the spans", () => requestSpans(receiver).length === 5);
    });
    expect(receiver.requests.filter(({ signal }) => signal === "logs")).toEqual([]);
  });

  test("OTEL_BSP_MAX_EXPORT_BATCH_SIZE and OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", async () => {
    await using receiver = await startReceiver();
    const env = { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "10", OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "1" };
    await withAgent({ ...to(receiver), ...env }, async (agent) => {
      await makeSpans(agent, 100);
      await eventually("the spans", () => requestSpans(receiver).length === 100);
    });
    const sizes = receiver.requests.filter(({ signal }) => signal === "traces").map(({ items }) => items);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
    expect(Object.keys(requestSpans(receiver)[0]?.attributes ?? {})).toHaveLength(1);
  });

  test("OTEL_PROPAGATORS says whose traces are continued", async () => {
    await using receiver = await startReceiver();
    const b3 = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1";
    await withAgent({ ...to(receiver), OTEL_PROPAGATORS: "b3" }, async (agent) => {
      await agent.fetch("/config", sampled);
      await agent.fetch("/containers", { headers: { b3 } });
      await eventually("both", () => requestSpans(receiver).length === 2);
    });
    const parents = requestSpans(receiver).map(({ parentSpanId }) => parentSpanId ?? "");
    expect(parents.sort()).toEqual(["", "b7ad6b7169203331"]);
  });

  test("the resource is the pod, not sexton's process", async () => {
    await using receiver = await startReceiver();
    const env = {
      POD_NAME: "web-1",
      POD_NAMESPACE: "shop",
      CONTAINER_NAME: "sexton",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,k8s.cluster.name=c1",
      OTEL_SERVICE_NAME: "parish",
    };
    await withAgent({ ...to(receiver), ...env }, async () => {
      await eventually("a log record", () => receiver.items.logs.length > 0);
    });
    const { resource = {} } = receiver.items.logs[0] ?? {};
    expect(resource).toMatchObject({
      "service.name": "parish",
      "service.instance.id": "shop.web-1.sexton",
      "k8s.pod.name": "web-1",
      "k8s.namespace.name": "shop",
      "k8s.container.name": "sexton",
      "k8s.cluster.name": "c1",
      "deployment.environment.name": "test",
      "telemetry.sdk.name": "opentelemetry",
    });
    expect(Object.keys(resource).filter((key) => /^(process|host|os)\./.test(key))).toEqual([]);
  });

  test("OTEL_LOG_LEVEL=debug speaks in sexton's own log, without tokens and items", async () => {
    await using receiver = await startReceiver();
    const env = { OTEL_LOG_LEVEL: "debug", OTEL_EXPORTER_OTLP_HEADERS: "authorization=s3cr3t" };
    await withAgent({ ...to(receiver), ...env, SEXTON_LOG_LEVEL: "debug" }, async (agent) => {
      await agent.fetch("/containers?marker=s3cr3t");
      await eventually("what it says", () => agent.stderr().includes('msg="telemetry" says='));
      const foreign = agent
        .stderr()
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("time="));
      expect(foreign).toEqual([]);
      expect(agent.stderr()).not.toContain("s3cr3t");
    });
  });
});

describe("what cannot be meant is an error before anything starts", () => {
  const wrong: readonly [Record<string, string>, string][] = [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318" }, 'OTEL_EXPORTER_OTLP_ENDPOINT: found "localhost:4318"'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "http" }, 'OTEL_EXPORTER_OTLP_PROTOCOL: found "http"'],
    [{ OTEL_EXPORTER_OTLP_CERTIFICATE: "/nowhere" }, "OTEL_EXPORTER_OTLP_CERTIFICATE"],
    [{ OTEL_TRACES_SAMPLER: "sometimes" }, "OTEL_TRACES_SAMPLER"],
    [{ OTEL_BSP_SCHEDULE_DELAY: "soon" }, "OTEL_BSP_SCHEDULE_DELAY"],
  ];
  test.each(wrong)("%j", async (env, sentence) => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" };
    const { code, err } = await runBinary(["serve", "--listen", "127.0.0.1:0"], { ...endpoint, ...env });
    expect(err).toStartWith(`sexton: Cannot use ${sentence}`);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  });
});
