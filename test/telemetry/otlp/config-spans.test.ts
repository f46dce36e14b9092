import { describe, expect, test } from "bun:test";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { eventProcess } from "#daemon/watch/register.ts";
import { createObserved, msOf } from "../../support/otlp/observed.ts";

const request = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", flags: 1 };
const hashes = { "sexton.config.hash": "5c1f00000000", "sexton.config.generation": "..2026_01_01_00_00_00.1" };

function observed() {
  const all = createObserved();
  const app = all.knows({ pid: 20, name: "nginx" });
  const process = eventProcess(app);
  const idOf = (name: string) => all.span(name).spanContext().spanId;
  const emit = all.emit;
  return {
    ...all,
    app,
    idOf,
    parentOf: (name: string) => all.span(name).parentSpanContext?.spanId,
    changed: (data: object = {}) =>
      emit({
        type: "config.changed",
        data: {
          watch: "conf",
          path: "/etc/nginx/conf.d",
          hash: hashes["sexton.config.hash"],
          generation: hashes["sexton.config.generation"],
          files: 3,
          ...data,
        },
      }),
    sent: (cause: number | null, data: object = {}, more: object = {}) =>
      emit({
        type: "signal.sent",
        process,
        data: { verb: "reload", signal: "SIGHUP", number: 1, target: "web", ...data },
        cause,
        ...more,
      }),
    started: (cause: number | null, data: object = {}, more: object = {}) =>
      emit({
        type: "reload.started",
        process,
        data: { target: "web", verb: "reload", watch: "conf", ...data },
        cause,
        ...more,
      }),
    ends: (type: "reload.confirmed" | "reload.unconfirmed" | "reload.failed", cause: number, data: object = {}) =>
      emit({ type, process, data: { watch: "conf", evidence: [], afterSeconds: 0.2, ...data }, cause }),
  };
}

describe("a change of configuration", () => {
  test("is one trace, from the change to the workers", () => {
    const { time, changed, sent, started, ends, born, dies, knows, spans, span, idOf, parentOf } = observed();
    const begun = time.now;
    const old = knows({ pid: 21, ppid: 20, name: "nginx" });
    const change = changed();
    time.now += 1_000;
    const signal = sent(change);
    const start = started(signal);
    time.now += 30;
    born({ pid: 31, ppid: 20, name: "nginx" }, signal);
    dies(old, { exitCode: 0 }, signal);
    time.now += 70;
    ends("reload.confirmed", start, { evidence: [{ kind: "workers-replaced", detail: "1 started, 1 exited" }] });

    const { traceId } = span("config change").spanContext();
    const ofTrace = spans.filter((one) => one.spanContext().traceId === traceId).map(({ name }) => name);
    expect(ofTrace).toEqual(["config change", "signal SIGHUP", "process start", "process exit", "sexton.reload"]);
    expect(span("config change").parentSpanContext).toBeUndefined();
    expect(parentOf("sexton.reload")).toBe(idOf("config change"));
    for (const name of ["signal SIGHUP", "process start", "process exit"]) {
      expect(parentOf(name)).toBe(idOf("sexton.reload"));
    }
    expect(span("config change")).toMatchObject({ kind: SpanKind.INTERNAL, status: { code: SpanStatusCode.UNSET } });
    expect(span("config change").attributes).toEqual({
      ...hashes,
      "sexton.watch": "conf",
      "file.path": "/etc/nginx/conf.d",
      "sexton.config.files": 3,
    });
    expect(span("sexton.reload").attributes).toMatchObject({
      ...hashes,
      "sexton.watch": "conf",
      "sexton.signal.name": "SIGHUP",
      "sexton.reload.outcome": "success",
      "sexton.reload.evidence": ["workers-replaced"],
    });
    expect(span("sexton.reload").links).toEqual([]);
    // Until the app was told.
    expect([span("config change").startTime, span("config change").endTime].map(msOf)).toEqual([begun, begun + 1_000]);
  });

  test("has its events in its trace", () => {
    const { changed, sent, started, ends, records, span } = observed();
    ends("reload.confirmed", started(sent(changed())));
    const { traceId } = span("config change").spanContext();
    expect(records.map(({ eventName }) => eventName)).toEqual([
      "sexton.config.changed",
      "sexton.signal.sent",
      "sexton.reload.started",
      "sexton.reload.finished",
    ]);
    for (const record of records) expect(record.spanContext?.traceId).toBe(traceId);
    expect(records[0]?.attributes).toMatchObject({
      ...hashes,
      "sexton.watch": "conf",
      "file.path": "/etc/nginx/conf.d",
    });
    expect(records[3]?.attributes).toMatchObject({ "sexton.watch": "conf", "sexton.reload.outcome": "success" });
  });

  test("that is reloaded over HTTP has no signal", () => {
    const { changed, started, ends, born, app, spans, span, idOf, parentOf } = observed();
    const start = started(changed());
    born({ pid: 31, ppid: app.pid, name: "nginx" }, start);
    ends("reload.confirmed", start, { evidence: [{ kind: "http-status", detail: "200" }] });
    expect(spans.map(({ name }) => name)).toEqual(["config change", "process start", "sexton.reload"]);
    expect(parentOf("sexton.reload")).toBe(idOf("config change"));
    expect(parentOf("process start")).toBe(idOf("sexton.reload"));
    expect(span("sexton.reload").attributes).toMatchObject({
      ...hashes,
      "sexton.target": "web",
      "sexton.watch": "conf",
      "sexton.reload.outcome": "success",
    });
  });

  test("by another verb than reload is a reload too", () => {
    const { changed, sent, started, ends, idOf, parentOf } = observed();
    ends("reload.unconfirmed", started(sent(changed(), { verb: "reopen-logs", signal: "SIGUSR1", number: 10 })));
    expect(parentOf("signal SIGUSR1")).toBe(idOf("sexton.reload"));
    expect(parentOf("sexton.reload")).toBe(idOf("config change"));
  });

  test("that is tried again has each try below it", () => {
    const { changed, sent, started, ends, named, idOf } = observed();
    const change = changed();
    ends("reload.failed", started(sent(change)), { outcome: "exited" });
    ends("reload.confirmed", started(sent(change)));
    expect(named("sexton.reload").map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
      idOf("config change"),
      idOf("config change"),
    ]);
    expect(named("sexton.reload").map(({ attributes }) => attributes["sexton.reload.outcome"])).toEqual([
      "target_died",
      "success",
    ]);
  });

  test("that is rejected has failed, and no reload", () => {
    const { changed, emit, spans, span } = observed();
    const rejection = { file: "/etc/nginx/conf.d/x.json", line: 3, column: 7, reason: "a comma is expected" };
    emit({ type: "config.rejected", data: { watch: "conf", hash: "5c1f", ...rejection }, cause: changed() });
    expect(spans.map(({ name }) => name)).toEqual(["config change"]);
    expect(span("config change")).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: "a comma is expected" },
      attributes: {
        "error.type": "rejected",
        "sexton.config.rejected.file": "/etc/nginx/conf.d/x.json",
        "sexton.config.rejected.line": 3,
      },
    });
  });

  test("whose reload is refused has one that failed", () => {
    const { changed, emit, app, span, idOf, parentOf } = observed();
    const data = { verb: "reload", target: "web", watch: "conf", kind: "signal-unhandled", detail: "Cannot …" };
    emit({ type: "signal.refused", process: eventProcess(app), data, cause: changed() });
    expect(parentOf("sexton.reload")).toBe(idOf("config change"));
    expect(span("sexton.reload")).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { "error.type": "signal-unhandled", "sexton.reload.outcome": "refused", "sexton.watch": "conf" },
    });
  });

  test("whose reload shows that it had no effect", () => {
    const { changed, sent, started, ends, span } = observed();
    ends("reload.failed", started(sent(changed())), { outcome: "unconfirmed", failure: "the metric says 0" });
    expect(span("sexton.reload").attributes).toMatchObject({ "sexton.reload.outcome": "no_effect" });
  });

  test("that nothing comes of is told when the next one comes, after a minute, and at the end", () => {
    const { time, changed, emit, named } = observed();
    changed();
    expect(named("config change")).toHaveLength(0);
    changed({ watch: "other" });
    expect(named("config change")).toHaveLength(0);
    changed({ hash: "6d" });
    expect(named("config change")).toHaveLength(1);
    time.now += 60_001;
    emit({ type: "zombie.detected", data: { cause: "traced" } });
    expect(named("config change")).toHaveLength(3);
    changed();
    emit({ type: "agent.stopping" });
    expect(named("config change")).toHaveLength(4);
  });
});

describe("a reload that somebody asked for", () => {
  test("after a change is the request's, and linked to the change that it applies", () => {
    const { changed, sent, started, ends, span, idOf, parentOf } = observed();
    const change = changed();
    // Put down to the change, as it is the newest of the watch, and asked for by the request.
    ends("reload.confirmed", started(sent(change, {}, { trace: request })));
    expect(parentOf("sexton.reload")).toBe(request.spanId);
    expect(parentOf("signal SIGHUP")).toBe(idOf("sexton.reload"));
    const reload = span("sexton.reload");
    expect(reload.attributes).toMatchObject({ ...hashes, "sexton.watch": "conf" });
    expect(reload.links.map(({ context, attributes }) => [context.spanId, attributes?.["sexton.link.type"]])).toEqual([
      [idOf("config change"), "applies"],
    ]);
  });

  test("without a cause knows its change by the watch, over HTTP as well", () => {
    const { changed, started, ends, span, idOf, parentOf } = observed();
    changed();
    ends("reload.confirmed", started(null, {}, { trace: request }));
    changed({ hash: "another" });
    expect(parentOf("sexton.reload")).toBe(request.spanId);
    expect(span("sexton.reload").links[0]?.context.spanId).toBe(idOf("config change"));
    expect(span("sexton.reload").attributes).toMatchObject(hashes);
  });

  test("of another watch, or of none, is linked to nothing", () => {
    const { changed, sent, started, ends, named } = observed();
    changed();
    ends("reload.confirmed", started(sent(null, {}, { trace: request }), { watch: "other" }));
    ends("reload.confirmed", started(sent(null, {}, { trace: request }), { watch: null }));
    expect(named("sexton.reload").map(({ links }) => links.length)).toEqual([0, 0]);
    expect(named("sexton.reload")[0]?.attributes).not.toHaveProperty("sexton.config.hash");
  });
});

test("what is counted says which watch, and how much was rejected", async () => {
  const { changed, sent, started, ends, emit, metrics } = observed();
  ends("reload.confirmed", started(sent(changed())));
  emit({ type: "config.rejected", data: { watch: "conf" }, cause: changed() });
  const found = await metrics();
  const pointsOf = (name: string) => found.find(({ descriptor }) => descriptor.name === name)?.dataPoints[0];
  expect(pointsOf("sexton.reload.duration")?.attributes).toEqual({
    "sexton.watch": "conf",
    "sexton.reload.outcome": "success",
  });
  expect(pointsOf("sexton.config.rejections")).toMatchObject({ attributes: { "sexton.watch": "conf" }, value: 1 });
});
