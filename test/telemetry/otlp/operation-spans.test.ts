import { describe, expect, test } from "bun:test";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { eventProcess } from "#daemon/watch/register.ts";
import type { Process } from "#process/process.ts";
import { createObserved, msOf } from "../../support/otlp/observed.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const request = { traceId, spanId: "b7ad6b7169203331", flags: 1 };

function observed() {
  const all = createObserved();
  const master = all.knows({ pid: 20, name: "nginx" });
  const send = (process: Process, data: object, more = {}) =>
    all.emit({
      type: "signal.sent",
      process: eventProcess(process),
      data: { verb: null, signal: "SIGHUP", number: 1, target: "web", ...data },
      ...more,
    });
  return {
    ...all,
    master,
    send,
    reload(more: object = { trace: request }) {
      const sent = send(master, { verb: "reload" }, more);
      const data = { target: "web", verb: "reload" };
      return {
        sent,
        started: all.emit({ type: "reload.started", process: eventProcess(master), data, cause: sent }),
      };
    },
    ends(type: "reload.confirmed" | "reload.unconfirmed" | "reload.failed", cause: number, evidence: object[] = []) {
      all.emit({ type, process: eventProcess(master), data: { evidence, afterSeconds: 0.2 }, cause });
    },
    idOf: (name: string) => all.span(name).spanContext().spanId,
    parentOf: (name: string) => all.span(name).parentSpanContext?.spanId,
  };
}

describe("a reload", () => {
  test("is a span with the signal, the new and the old workers below it", () => {
    const { time, reload, ends, born, dies, knows, spans, span, named, idOf, parentOf } = observed();
    const before = time.now;
    const old = knows({ pid: 21, ppid: 20, name: "nginx", startedAt: before - 60_000 });
    const { sent, started } = reload();
    time.now += 30;
    born({ pid: 31, ppid: 20, name: "nginx", startedAt: time.now - 10 }, sent);
    time.now += 40;
    dies(old, { exitCode: 0 }, sent);
    time.now += 100;
    ends("reload.confirmed", started, [{ kind: "workers-replaced", detail: "1 started, 1 exited" }]);

    expect(spans.filter((one) => one.spanContext().traceId === traceId).map(({ name }) => name)).toEqual([
      "signal SIGHUP",
      "process start",
      "process exit",
      "sexton.reload",
    ]);
    expect(parentOf("sexton.reload")).toBe(request.spanId);
    for (const name of ["signal SIGHUP", "process start", "process exit"]) {
      expect(parentOf(name)).toBe(idOf("sexton.reload"));
    }
    expect(span("sexton.reload")).toMatchObject({ kind: SpanKind.INTERNAL, status: { code: SpanStatusCode.UNSET } });
    expect(span("sexton.reload").attributes).toMatchObject({
      "process.pid": 20,
      "process.executable.name": "nginx",
      "container.name": "web",
      "sexton.target": "web",
      "sexton.signal.name": "SIGHUP",
      "sexton.signal.number": 1,
      "sexton.reload.outcome": "success",
      "sexton.reload.evidence": ["workers-replaced"],
      "sexton.reload.processes.started": 1,
      "sexton.reload.processes.exited": 1,
    });
    expect(span("sexton.reload").attributes).not.toHaveProperty("error.type");
    const times = (name: string) => [msOf(span(name).startTime) - before, msOf(span(name).endTime) - before];
    expect(times("sexton.reload")).toEqual([0, 170]);
    expect(times("signal SIGHUP")).toEqual([0, 0]);
    expect(times("process start")).toEqual([20, 30]);
    expect(times("process exit")).toEqual([70, 70]);
    expect(span("signal SIGHUP")).toMatchObject({ kind: SpanKind.PRODUCER, attributes: { "process.pid": 20 } });
    expect(span("process start").attributes).toMatchObject({ "process.pid": 31, "process.parent_pid": 20 });
    expect(span("process exit").attributes).toMatchObject({ "process.pid": 21, "process.exit.code": 0 });
    // The old worker's life has ended by now, and the link leads to it.
    expect(span("process exit").links[0]?.context).toEqual(named("process nginx")[0]?.spanContext());
  });

  test.each([
    ["reload.unconfirmed", "timeout"],
    ["reload.failed", "target_died"],
  ] as const)("has failed at %s", (type, outcome) => {
    const { reload, ends, span } = observed();
    ends(type, reload().started);
    expect(span("sexton.reload")).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { "sexton.reload.outcome": outcome, "error.type": outcome },
    });
  });

  test("is the trace's own beginning where no request led to it", () => {
    const { reload, ends, span, idOf, parentOf } = observed();
    ends("reload.confirmed", reload({}).started);
    expect(span("sexton.reload").parentSpanContext).toBeUndefined();
    expect(parentOf("signal SIGHUP")).toBe(idOf("sexton.reload"));
  });

  test("has no child that began before it, whatever the kernel's clock says", () => {
    const { time, reload, ends, born, dies, span } = observed();
    const { sent, started } = reload();
    const worker = born({ pid: 31, ppid: 20, startedAt: time.now - 9.5 }, sent);
    ends("reload.confirmed", started);
    dies(worker, { exitCode: 0 });
    const begun = msOf(span("sexton.reload").startTime);
    expect(msOf(span("process start").startTime)).toBe(begun);
    expect(msOf(span("process app").startTime)).toBe(begun);
  });

  test("has a span for 32 processes, and counts the others", () => {
    const { reload, ends, born, span, named } = observed();
    const { sent, started } = reload();
    for (let pid = 100; pid < 140; pid++) born({ pid, ppid: 20 }, sent);
    ends("reload.confirmed", started);
    expect(named("process start").length).toBe(32);
    expect(span("sexton.reload").attributes["sexton.reload.processes.started"]).toBe(40);
  });

  test("has what comes late below it still, and what that leads to", () => {
    const { reload, ends, dies, knows, idOf, parentOf, records } = observed();
    const old = knows({ pid: 21, ppid: 20 });
    const { sent, started } = reload();
    ends("reload.unconfirmed", started);
    dies(old, { exitCode: 0 }, sent);
    expect(parentOf("process exit")).toBe(idOf("sexton.reload"));
    expect(records.at(-1)).toMatchObject({
      eventName: "sexton.process.reaped",
      spanContext: { traceId, spanId: idOf("sexton.reload") },
    });
  });

  test("that nobody samples has no span, and all of its records, which know the trace", () => {
    const { reload, ends, born, spans, records } = observed();
    const { sent, started } = reload({ trace: { ...request, flags: 0 } });
    born({ pid: 31, ppid: 20 }, sent);
    ends("reload.confirmed", started);
    expect(spans).toEqual([]);
    expect(records.map(({ eventName }) => eventName)).toEqual([
      "sexton.signal.sent",
      "sexton.reload.started",
      "sexton.process.start",
      "sexton.reload.finished",
    ]);
    for (const { spanContext } of records) expect(spanContext).toMatchObject({ traceId, traceFlags: 0 });
  });
});

describe("other operations", () => {
  test("a signal that is no reload has below it what it leads to", () => {
    const { time, send, dies, knows, span, idOf, parentOf } = observed();
    const app = knows({ pid: 40 });
    const sent = send(app, { verb: "terminate", signal: "SIGTERM", number: 15 }, { trace: request });
    time.now += 5_000;
    dies(app, { signal: "SIGTERM" }, sent);
    expect(parentOf("signal SIGTERM")).toBe(request.spanId);
    expect(parentOf("process exit")).toBe(idOf("signal SIGTERM"));
    expect(span("process exit")).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { "sexton.process.exit.signal": "SIGTERM", "error.type": "SIGTERM" },
    });
    expect(span("process app").links.map(({ attributes }) => attributes?.["sexton.link.type"])).toEqual([
      "exited_during",
    ]);
  });

  test.each([
    ["reaped", SpanStatusCode.UNSET],
    ["partly", SpanStatusCode.UNSET],
    ["refused", SpanStatusCode.ERROR],
    ["failed", SpanStatusCode.ERROR],
  ])("a remedy for zombies that ended as %s", (outcome, code) => {
    const { time, emit, master, span, idOf, records } = observed();
    const data = { remedy: "nudge", by: "request", outcome, count: 3, reaped: 2, microseconds: 4_700 };
    const cause = emit({ type: "zombie.remedy", process: eventProcess(master), data, trace: request });
    emit({ type: "zombie.reaped", process: null, data: { by: "sexton" }, cause });
    const reap = span("zombie reap");
    expect(reap).toMatchObject({ kind: SpanKind.INTERNAL, status: { code }, parentSpanContext: { traceId } });
    expect([msOf(reap.startTime), msOf(reap.endTime)]).toEqual([time.now - 4, time.now]);
    expect(reap.attributes).toMatchObject({
      "process.pid": 20,
      "sexton.zombie.remedy": "nudge",
      "sexton.zombie.outcome": outcome,
      "sexton.zombie.count": 3,
      "sexton.zombie.reaped": 2,
    });
    expect(records.at(-1)?.spanContext?.spanId).toBe(idOf("zombie reap"));
  });

  test("a change of configuration has the reload that it leads to below it", () => {
    const { emit, reload, ends, span, idOf, parentOf } = observed();
    const data = { path: "/etc/nginx/nginx.conf", hash: "5c1f", generation: 3 };
    const { started } = reload({ cause: emit({ type: "config.changed", data }) });
    ends("reload.confirmed", started);
    expect(span("config change").attributes).toEqual({
      "file.path": "/etc/nginx/nginx.conf",
      "sexton.config.hash": "5c1f",
      "sexton.config.generation": 3,
    });
    expect(parentOf("sexton.reload")).toBe(idOf("config change"));
  });

  test("are forgotten when a thousand others have come: what they lead to then is the request's", () => {
    const { send, master, born, named } = observed();
    const first = send(master, {}, { trace: request });
    for (let count = 0; count < 1_000; count++) send(master, {});
    born({ pid: 31, ppid: 20 }, first);
    expect(named("process start")).toEqual([]);
  });
});
