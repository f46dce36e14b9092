import { describe, expect, test } from "bun:test";
import { TraceFlags } from "@opentelemetry/api";
import { ExportResultCode } from "@opentelemetry/core";
import { emptyResource } from "@opentelemetry/resources";
import type { MetricProducer, PushMetricExporter, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import {
  combineProducers,
  countDataPoints,
  countedMetricExporter,
  recordProcessor,
  spanProcessor,
} from "#telemetry/otlp/processors.ts";

function listing<T>() {
  const calls: unknown[] = [];
  const batch = {
    offer: (item: T) => void calls.push(item),
    flush: async () => void calls.push("flush"),
    shutdown: async () => void calls.push("batch"),
    waiting: () => 0,
  };
  return { calls, batch, exporter: { shutdown: async () => void calls.push("exporter") } };
}

const span = (traceFlags: TraceFlags) =>
  ({ spanContext: () => ({ traceId: "", spanId: "", traceFlags }) }) as unknown as ReadableSpan;

describe("spanProcessor()", () => {
  test("offers what is sampled", () => {
    const { calls, batch, exporter } = listing<ReadableSpan>();
    const processor = spanProcessor(batch, exporter);
    const sampled = span(TraceFlags.SAMPLED);
    processor.onEnd(span(TraceFlags.NONE));
    processor.onEnd(sampled);
    expect(calls).toEqual([sampled]);
  });
});

describe.each([
  ["spanProcessor()", spanProcessor],
  ["recordProcessor()", recordProcessor],
])("%s", (_, create) => {
  test("closes the exporter after what waits has been sent", async () => {
    const { calls, batch, exporter } = listing<never>();
    const processor = create(batch, exporter);
    await processor.forceFlush();
    await processor.shutdown();
    expect(calls).toEqual(["flush", "batch", "exporter"]);
  });
});

const metric = (points: number) => ({ dataPoints: Array.from({ length: points }, () => ({})) });
const metrics = (...points: number[]) =>
  ({
    resource: emptyResource(),
    scopeMetrics: [{ scope: { name: "" }, metrics: points.map(metric) }],
  }) as never as ResourceMetrics;

test("countDataPoints() counts those of every metric", () => {
  expect(countDataPoints(metrics(3, 0, 4))).toBe(7);
});

test("countedMetricExporter() tells the reader that all is well: a failure has been counted and told", async () => {
  const exporter = {} as Required<PushMetricExporter>;
  const counted = countedMetricExporter(() => exporter, { send: async () => false, onTheWay: () => 0 });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  counted.export(metrics(1), resolve);
  expect(await promise).toEqual({ code: ExportResultCode.SUCCESS });
});

test("combineProducers() takes nothing from others for one that fails", async () => {
  const well = (): MetricProducer => ({
    collect: async () => ({ resourceMetrics: metrics(2), errors: ["a warning"] }),
  });
  const ill: MetricProducer = { collect: () => Promise.reject(new Error("ill")) };
  const { resourceMetrics, errors } = await combineProducers(new Set([ill, well(), well()])).collect();
  expect(countDataPoints(resourceMetrics)).toBe(4);
  expect(errors).toEqual(["a warning", "a warning", new Error("ill")]);
});
