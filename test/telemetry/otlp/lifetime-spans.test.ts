import { describe, expect, test } from "bun:test";
import { diag, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { AlwaysOffSampler, ParentBasedSampler, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace";
import { eventProcess } from "#daemon/watch/register.ts";
import { createObserved, msOf } from "../../support/otlp/observed.ts";

const minutes = 60_000;

describe("the span of a process's life", () => {
  test("is a trace of its own, from its start to its end", () => {
    const { time, born, dies, spans } = createObserved();
    const app = born({ pid: 30, ppid: 1, name: "python3", exe: "/usr/bin/python3.11", startedAt: time.now - 40 });
    expect(spans).toEqual([]);
    const startedAt = time.now - 40;
    time.now += 5_000;
    dies(app, { exitCode: 0 });
    const [span, ...more] = spans;
    expect(more).toEqual([]);
    expect(span).toMatchObject({ name: "process python3.11", kind: SpanKind.INTERNAL, status: { code: 0 } });
    expect(span?.parentSpanContext).toBeUndefined();
    expect([msOf(span?.startTime ?? [0, 0]), msOf(span?.endTime ?? [0, 0])]).toEqual([startedAt, time.now]);
    expect(span?.attributes).toMatchObject({
      "process.pid": 30,
      "process.parent_pid": 1,
      "process.creation.time": new Date(startedAt).toISOString(),
      "process.executable.name": "python3.11",
      "process.command": "python3",
      "process.exit.code": 0,
      "process.exit.time": new Date(time.now).toISOString(),
      "container.name": "web",
    });
  });

  test.each([
    [{ exitCode: 7 }, { "process.exit.code": 7, "error.type": "7" }],
    [{ signal: "SIGKILL" } as const, { "sexton.process.exit.signal": "SIGKILL", "error.type": "SIGKILL" }],
  ])("has failed with %j", (exit, attributes) => {
    const { born, dies, spans } = createObserved();
    dies(born({ pid: 30 }), exit);
    expect(spans[0]).toMatchObject({ status: { code: SpanStatusCode.ERROR }, attributes });
  });

  test("has not failed where nobody knows how it ended", () => {
    const { born, dies, spans } = createObserved();
    dies(born({ pid: 30 }), { coreDumped: null });
    expect(spans[0]).toMatchObject({ status: { code: SpanStatusCode.UNSET } });
    expect(Object.keys(spans[0]?.attributes ?? {}).filter((name) => /exit\.(code|signal)|error/.test(name))).toEqual(
      [],
    );
  });

  test("is linked to its parent's, and to what started and what ended it", () => {
    const { emit, knows, known, born, dies, spans, span, named } = createObserved();
    const master = knows({ pid: 20, name: "master" });
    const data = { verb: null, signal: "SIGUSR2", number: 12 };
    const start = emit({ type: "signal.sent", process: eventProcess(master), data });
    const worker = born({ pid: 30, ppid: 20 }, start);
    // By its end it is somebody else's child.
    known.set(30, { ...worker, ppid: 1 });
    const stop = emit({ type: "signal.sent", process: eventProcess(worker), data: { ...data, signal: "SIGTERM" } });
    dies(worker, { exitCode: 0 }, stop);
    dies(master, { exitCode: 0 });
    const links = span("process app").links.map(({ context, attributes }) => [
      attributes?.["sexton.link.type"],
      context.spanId,
    ]);
    const idOf = (name: string) => span(name).spanContext().spanId;
    expect(links).toEqual([
      ["parent_process", idOf("process master")],
      ["started_by", idOf("signal SIGUSR2")],
      ["exited_during", idOf("signal SIGTERM")],
    ]);
    // What was linked to before there was a span is that span.
    expect(named("process start")[0]?.links[0]?.context).toEqual(span("process app").spanContext());
    expect(new Set(spans.map((one) => one.spanContext().spanId)).size).toBe(spans.length);
  });

  test.each([
    [50 * minutes, "process app", 50 * minutes],
    [50 * minutes + 1, "process exit", 0],
  ])("after %d ms is called %s, and %d ms long", (livedMs, name, tookMs) => {
    const { time, knows, dies, spans } = createObserved();
    const app = knows({ pid: 30, startedAt: time.now - livedMs });
    dies(app, { exitCode: 0 });
    const [span] = spans;
    expect(span).toMatchObject({ name, attributes: { "process.pid": 30, "process.exit.code": 0 } });
    expect(msOf(span?.endTime ?? [0, 0])).toBe(time.now);
    expect(msOf(span?.duration ?? [0, 0])).toBe(tookMs);
  });

  test("does not end before it began, whatever the kernel's clock says", () => {
    const complaints: string[] = [];
    const listen = (complaint: string) => void complaints.push(complaint);
    diag.setLogger({ error: listen, warn: listen, info() {}, debug() {}, verbose() {} });
    const { time, born, dies, spans } = createObserved();
    dies(born({ pid: 30, startedAt: time.now + 8 }), { exitCode: 0 });
    diag.disable();
    expect(spans[0]?.startTime).toEqual(spans[0]?.endTime ?? [0, 0]);
    expect(complaints).toEqual([]);
  });

  test("is another one for the next process of that pid", () => {
    const { born, dies, spans } = createObserved();
    dies(born({ pid: 30, startTicks: 100 }), { exitCode: 0 });
    dies(born({ pid: 30, startTicks: 200 }), { exitCode: 0 });
    const [first, second] = spans.map((span) => span.spanContext());
    expect(first?.traceId).not.toBe(second?.traceId ?? "");
    expect(first?.spanId).not.toBe(second?.spanId ?? "");
  });

  test("correlates the records of a life that nobody has asked for", () => {
    const { born, dies, records, span } = createObserved();
    dies(born({ pid: 30 }), { exitCode: 0 });
    const context = span("process app").spanContext();
    expect(records.map(({ eventName, spanContext }) => [eventName, spanContext])).toEqual([
      ["sexton.process.start", context],
      ["sexton.process.exit", context],
      ["sexton.process.reaped", context],
    ]);
  });
});

describe("sampling", () => {
  test("a part of them: links and records say of each what the sampler has decided", () => {
    const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.5) });
    const { born, dies, spans, records } = createObserved({ sampler });
    for (let pid = 100; pid < 300; pid++) dies(born({ pid, ppid: pid - 1 }), { exitCode: 0 });
    const sampled = new Set(spans.map((span) => span.spanContext().traceId));
    expect(sampled.size).toBeWithin(50, 150);
    expect(records.length).toBe(600);
    for (const { spanContext } of records) {
      expect(spanContext?.traceFlags).toBe(sampled.has(spanContext?.traceId ?? "") ? 1 : 0);
    }
  });

  test("none of them: the records are there", () => {
    const { born, dies, spans, records } = createObserved({ sampler: new AlwaysOffSampler() });
    dies(born({ pid: 30 }), { exitCode: 0 });
    expect(spans).toEqual([]);
    expect(records.length).toBe(3);
  });
});
