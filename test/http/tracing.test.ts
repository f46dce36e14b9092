import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";
import { linesOf } from "../support/lines.ts";
import { endings, startNegligent } from "../support/negligent.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const callerId = "b7ad6b7169203331";
const caller = { traceparent: `00-${traceId}-${callerId}-01` };
const spans = new InMemorySpanExporter();

function traced() {
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }));
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}

afterEach(() => {
  spans.reset();
  trace.disable();
  propagation.disable();
});

const named = () => spans.getFinishedSpans().map(({ name }) => name);

describe("the span of a request", () => {
  beforeEach(traced);

  test("continues the caller's trace, and says what HTTP's conventions ask for", async () => {
    const { request } = realApp();
    await request("http://localhost:9099/processes/1", { headers: { ...caller, "user-agent": "curl/8.0" } });
    const [span] = spans.getFinishedSpans();
    expect(span).toMatchObject({ name: "GET /processes/{pid}", kind: SpanKind.SERVER, status: { code: 0 } });
    expect(span?.spanContext()).toMatchObject({ traceId, traceFlags: 1 });
    expect(span?.parentSpanContext).toMatchObject({ spanId: callerId, isRemote: true });
    expect(span?.attributes).toEqual({
      "http.request.method": "GET",
      "http.route": "/processes/{pid}",
      "http.response.status_code": 200,
      "url.path": "/processes/1",
      "url.scheme": "http",
      "server.address": "localhost",
      "server.port": 9099,
      "user_agent.original": "curl/8.0",
    });
  });

  test("says by what scheme it came", async () => {
    await realApp({ scheme: "https" }).request("https://localhost:9099/processes/1");
    expect(spans.getFinishedSpans()[0]?.attributes["url.scheme"]).toBe("https");
  });

  test.each([
    ["GET /nowhere", "GET", 404],
    ["GET /signal/reload", "GET", 405],
    ["POST /signal/reload?wait=soon", "POST /signal/{verb}", 400],
    ["HEAD /processes", "HEAD /processes", 200],
    ["PROPFIND /processes", "HTTP", 405],
  ])("%s is named %s", async (called, name, status) => {
    const [method = "", path = ""] = called.split(" ");
    const { request } = realApp();
    await request(path, { method });
    const [span] = spans.getFinishedSpans();
    expect(named()).toEqual([name]);
    // What the caller got wrong is no failure of the server's.
    expect(span).toMatchObject({ status: { code: 0 }, attributes: { "http.response.status_code": status } });
    expect(span?.attributes).not.toHaveProperty("error.type");
    const isKnown = method !== "PROPFIND";
    expect(span?.attributes["http.request.method"]).toBe(isKnown ? method : "_OTHER");
    expect(span?.attributes["http.request.method_original"]).toBe(isKnown ? undefined : method);
  });

  test("fails with the server", async () => {
    const { request, agent } = realApp();
    Object.assign(agent, {
      containers() {
        throw new TypeError("broken");
      },
    });
    expect((await request("/containers")).status).toBe(500);
    expect(spans.getFinishedSpans()[0]).toMatchObject({
      name: "GET /containers",
      status: { code: SpanStatusCode.ERROR },
      attributes: { "http.response.status_code": 500, "error.type": "TypeError" },
    });
  });

  test("is over when a stream's headers are sent, however long it is open", async () => {
    const { request, stopping } = realApp();
    const stream = await request("/events", { headers: { accept: "text/event-stream" } });
    expect(named()).toEqual(["GET /events"]);
    stopping.abort();
    await stream.text();
    expect(named()).toEqual(["GET /events"]);
  });

  test.each(["/livez", "/readyz", "/startupz", "/healthz", "/metrics"])("is not there for %s", async (path) => {
    const { request } = realApp();
    expect((await request(path, { headers: caller })).ok).toBe(true);
    expect(named()).toEqual([]);
  });
});

/** What an answer and its events say about the trace, for a reload of a process that takes it. */
async function reload(headers: Record<string, string>) {
  const { json, bus } = realApp();
  const app = Bun.spawn(["bash", "-c", "trap : HUP; echo ready; while :; do read -rt 60 <><(:); done"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  await linesOf(app.stdout).waitFor("ready");
  const answer: Json = await json(`/processes/${app.pid}/signal?wait=0`, { method: "POST", body: "reload", headers });
  app.kill(9);
  await app.exited;
  const { events } = await json("/events?types=signal.sent,reload.started");
  return { answer, events: events as Json[], kept: bus.since(0) };
}

describe("traceId", () => {
  test("is that of the span, in the answer and in the events of what it caused", async () => {
    traced();
    const { answer, events, kept } = await reload({});
    const [span] = spans.getFinishedSpans();
    const context = span?.spanContext();
    expect(answer["traceId"]).toBe(context?.traceId);
    expect(events.map((event) => event["traceId"])).toEqual([context?.traceId, context?.traceId]);
    expect(kept[0]?.trace).toEqual({ traceId: context?.traceId ?? "", spanId: context?.spanId ?? "", flags: 1 });
  });

  test("is the caller's where nobody traces here, so that the caller finds in the register what it has caused", async () => {
    const { answer, events, kept } = await reload(caller);
    expect(answer["traceId"]).toBe(traceId);
    expect(events.map((event) => event["traceId"])).toEqual([traceId, traceId]);
    expect(kept[0]?.trace).toEqual({ traceId, spanId: callerId, flags: 1 });
  });

  test.each([{}, { traceparent: "00-nonsense" }])("is null without either: %j", async (headers) => {
    const { answer, events } = await reload(headers as Record<string, string>);
    expect(answer["traceId"]).toBeNull();
    expect(events.map((event) => event["traceId"])).toEqual([null, null]);
  });

  test("is that of what a request has done about zombies", async () => {
    const parent = await startNegligent([endings.code7]);
    const { json } = realApp();
    // Adopted or not: the parent has no handler for a nudge, and who refuses says so in an event as well.
    const query = `pids=${parent.children[0]}&strategy=nudge`;
    const answer: Json = await json(`/zombies/reap?${query}`, { method: "POST", headers: caller });
    const { events } = await json("/events?types=zombie.*");
    await parent.close();
    expect(answer["traceId"]).toBe(traceId);
    expect(events).toMatchObject([{ type: "zombie.remedy", traceId }]);
  });

  test("is that of a refused request too", async () => {
    const { request, json } = realApp();
    await request("/signal/nonsense?target=nobody", { method: "POST", headers: caller });
    const { events } = await json("/events?types=signal.refused");
    expect(events).toMatchObject([{ traceId }]);
  });
});
