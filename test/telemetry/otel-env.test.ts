import { describe, expect, test } from "bun:test";
import { wantedSignals, wantsTelemetry } from "#telemetry/otel-env.ts";

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };
const all = ["traces", "metrics", "logs"];

const cases: readonly [string, Record<string, string>, readonly string[]][] = [
  ["nothing is set", {}, []],
  ["an endpoint for all", endpoint, all],
  ["an empty endpoint, which counts as unset", { OTEL_EXPORTER_OTLP_ENDPOINT: " " }, []],
  ["an endpoint for one signal", { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://collector:4318/v1/logs" }, ["logs"]],
  ["the SDK is disabled", { ...endpoint, OTEL_SDK_DISABLED: "True" }, []],
  ["the SDK is not disabled", { ...endpoint, OTEL_SDK_DISABLED: "false" }, all],
  ["one exporter is none", { ...endpoint, OTEL_METRICS_EXPORTER: "none" }, ["traces", "logs"]],
  [
    "every exporter is none",
    { ...endpoint, OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" },
    [],
  ],
  ["a sampler alone says nothing of where to", { OTEL_TRACES_SAMPLER: "always_on" }, []],
];

describe("wantedSignals()", () => {
  test.each(cases)("%s", (_, env, expected) => {
    expect(wantedSignals(env)).toEqual(expected as never);
    expect(wantsTelemetry(env)).toBe(expected.length > 0);
  });
});
