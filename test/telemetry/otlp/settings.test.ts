import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "#base/errors.ts";
import { readSettings } from "#telemetry/otlp/settings.ts";

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };
const read = (env: Record<string, string> = {}) => readSettings({ ...endpoint, ...env });
const folder = mkdtempSync(join(tmpdir(), "sexton-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const pem = file("some.pem", "-----BEGIN CERTIFICATE-----\n");
const other = file("other.pem", "-----BEGIN CERTIFICATE-----\n");
const der = file("some.der", "0\x82\x01");

describe("readSettings()", () => {
  test("has sexton's own defaults", () => {
    const signal = {
      protocol: "http/protobuf",
      endpoint: "http://collector:4318",
      timeoutMs: 3_000,
      files: [] as string[],
    } as const;
    const batch = { maxQueueSize: 2_048, maxExportBatchSize: 512, scheduleDelayMs: 1_000, exportTimeoutMs: 30_000 };
    expect(read()).toEqual({
      signals: { traces: signal, metrics: signal, logs: signal },
      batches: { traces: batch, logs: batch },
      metricIntervalMs: 60_000,
      metricTimeoutMs: 30_000,
      resourceAttributes: {},
      diagnostics: "warn",
    });
  });

  test("what is said of one signal comes before what is said of all", () => {
    const { signals } = read({
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "other:4317",
      OTEL_EXPORTER_OTLP_TIMEOUT: "500",
      OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: "700",
    });
    expect(signals.traces).toEqual({
      protocol: "http/json",
      endpoint: "http://collector:4318",
      timeoutMs: 500,
      files: [],
    });
    expect(signals.logs).toEqual({ protocol: "grpc", endpoint: "other:4317", timeoutMs: 700, files: [] });
  });

  test("a batch is no larger than its queue, and a metric's timeout no longer than its interval", () => {
    const { batches, metricTimeoutMs } = read({ OTEL_BSP_MAX_QUEUE_SIZE: "100", OTEL_METRIC_EXPORT_INTERVAL: "1000" });
    expect(batches.traces.maxExportBatchSize).toBe(100);
    expect(metricTimeoutMs).toBe(1_000);
  });

  test("shows an endpoint without what may be secret", () => {
    const { signals } = read({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://user:secret@collector/otlp?token=secret" });
    expect(signals.traces?.endpoint).toBe("https://collector/otlp");
  });

  test("decodes resource attributes", () => {
    const { resourceAttributes } = read({ OTEL_RESOURCE_ATTRIBUTES: "team=a%2Cb, deployment.environment.name=test," });
    expect(resourceAttributes).toEqual({ team: "a,b", "deployment.environment.name": "test" });
  });

  test("knows the files that an exporter is made of, those of one signal first", () => {
    const { signals } = read({
      OTEL_EXPORTER_OTLP_CERTIFICATE: pem,
      OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE: other,
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: pem,
      OTEL_EXPORTER_OTLP_CLIENT_KEY: other,
    });
    expect(signals.traces?.files).toEqual([pem, pem, other]);
    expect(signals.logs?.files).toEqual([other, pem, other]);
  });

  const fine: readonly Record<string, string>[] = [
    { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_ENDPOINT: "unix:///run/otel.sock" },
    { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_ENDPOINT: "http://[::1]:4317" },
    { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector:4317" },
    {
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_ENDPOINT: "127.0.0.1:4317",
      OTEL_EXPORTER_OTLP_INSECURE: "true",
    },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "https://127.0.0.1:4318" },
    { OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc,x-scope=1" },
    { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" },
    { OTEL_TRACES_SAMPLER: "always_on", OTEL_TRACES_SAMPLER_ARG: "whatever another sampler takes" },
    { OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: pem, OTEL_EXPORTER_OTLP_CLIENT_KEY: pem },
    { OTEL_PROPAGATORS: "tracecontext, b3" },
    { OTEL_LOG_LEVEL: "DEBUG" },
    { OTEL_BSP_SCHEDULE_DELAY: "" },
  ];
  test.each(fine)("takes %j", (env) => {
    expect(() => read(env)).not.toThrow();
  });

  const wrong: readonly [Record<string, string>, string][] = [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector" }, 'OTEL_EXPORTER_OTLP_ENDPOINT: found "collector", expected http://'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318" }, "OTEL_EXPORTER_OTLP_ENDPOINT"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector?token=secret" }, 'found "http://collector", expected no query'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "ftp://u:secret@host" }, 'found "ftp://host"'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://" }, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_ENDPOINT: "ftp://host" }, "expected http://host:4317"],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_ENDPOINT: "https://127.0.0.1" }, "a host name"],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_ENDPOINT: "https://[::1]:4317" }, "a host name"],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_ENDPOINT: "127.0.0.1:4317" }, "a host name"],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "http" }, 'found "http", expected one of http/protobuf, http/json, grpc'],
    [{ OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "thrift" }, "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: "zstd" }, "expected one of none, gzip"],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: "0" }, "OTEL_EXPORTER_OTLP_TIMEOUT"],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: "10s" }, 'found "10s", expected a number of at least 1'],
    [{ OTEL_EXPORTER_OTLP_INSECURE: "yes" }, "OTEL_EXPORTER_OTLP_INSECURE"],
    [{ OTEL_EXPORTER_OTLP_CERTIFICATE: "/nowhere/ca.crt" }, "(ENOENT)"],
    [{ OTEL_EXPORTER_OTLP_CERTIFICATE: folder }, "(EISDIR)"],
    [{ OTEL_EXPORTER_OTLP_CERTIFICATE: der }, "expected a file in PEM format"],
    [{ OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: pem }, "expected a CLIENT_KEY beside it"],
    [{ OTEL_EXPORTER_OTLP_CLIENT_KEY: pem }, "expected a CLIENT_CERTIFICATE beside it"],
    [{ OTEL_TRACES_EXPORTER: "jaeger" }, "OTEL_TRACES_EXPORTER"],
    [{ OTEL_METRICS_EXPORTER: "prometheus" }, "expected one of otlp, none"],
    [{ OTEL_SDK_DISABLED: "1" }, "OTEL_SDK_DISABLED"],
    [{ OTEL_TRACES_SAMPLER: "sometimes" }, "OTEL_TRACES_SAMPLER"],
    [{ OTEL_TRACES_SAMPLER: "Always_On" }, "OTEL_TRACES_SAMPLER"],
    [{ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "25" }, "expected a number from 0 to 1"],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: "-1" }, "OTEL_BSP_MAX_QUEUE_SIZE"],
    [{ OTEL_BSP_SCHEDULE_DELAY: "NaN" }, "OTEL_BSP_SCHEDULE_DELAY"],
    [{ OTEL_BLRP_EXPORT_TIMEOUT: "x" }, "OTEL_BLRP_EXPORT_TIMEOUT"],
    [{ OTEL_METRIC_EXPORT_INTERVAL: "1m" }, "OTEL_METRIC_EXPORT_INTERVAL"],
    [{ OTEL_SPAN_LINK_COUNT_LIMIT: "many" }, "OTEL_SPAN_LINK_COUNT_LIMIT"],
    [{ OTEL_PROPAGATORS: "tracecontext,zipkin" }, 'OTEL_PROPAGATORS: found "zipkin"'],
    [{ OTEL_RESOURCE_ATTRIBUTES: "team" }, 'found "team", expected name=value pairs'],
    [{ OTEL_RESOURCE_ATTRIBUTES: "team=%zz" }, "OTEL_RESOURCE_ATTRIBUTES"],
    [{ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "gamma" }, "cumulative, delta, lowmemory"],
    [{ OTEL_LOG_LEVEL: "loud" }, "OTEL_LOG_LEVEL"],
  ];
  test.each(wrong)("refuses %j", (env, sentence) => {
    expect(() => read(env)).toThrow(UsageError);
    expect(() => read(env)).toThrow(sentence);
  });

  const secrets: readonly Record<string, string>[] = [
    { OTEL_EXPORTER_OTLP_HEADERS: "s3cr3t" },
    { OTEL_EXPORTER_OTLP_HEADERS: "x-one=1,=s3cr3t" },
    { OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20s3cr3t%0A" },
    { OTEL_EXPORTER_OTLP_LOGS_HEADERS: "authorization=s3cr3t%zz" },
  ];
  test.each(secrets)("refuses %j without showing it", (env) => {
    expect(() => read(env)).toThrow(/^Cannot use OTEL_EXPORTER_OTLP_(LOGS_)?HEADERS: found (?!.*s3cr3t)/);
  });
});
