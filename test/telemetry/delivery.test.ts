import { expect, test } from "bun:test";
import { type Delivery, deliveryMetrics, describeLosses } from "#telemetry/delivery.ts";
import { writeText } from "../support/exposition.ts";

const traces = { exported: 10, failed: 2, rejected: 1, dropped: 3, queued: 4 };
const delivery: Delivery = {
  signals: { traces },
  lastError: "connect ECONNREFUSED",
  lastErrorAt: Date.UTC(2026, 10, 22),
};

test("deliveryMetrics() has a sample for each signal and outcome", () => {
  const lines = writeText(deliveryMetrics(delivery)).split("\n");
  expect(lines.filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
    'sexton_telemetry_items_total{signal="traces",outcome="exported"} 10',
    'sexton_telemetry_items_total{signal="traces",outcome="failed"} 2',
    'sexton_telemetry_items_total{signal="traces",outcome="rejected"} 1',
    'sexton_telemetry_items_total{signal="traces",outcome="dropped"} 3',
    'sexton_telemetry_queue_items{signal="traces"} 4',
  ]);
});

test("deliveryMetrics() is silent where nothing is sent", () => {
  expect(deliveryMetrics(null)).toEqual([]);
});

test("describeLosses() counts what is lost and says why", () => {
  const cause = "at 2026-11-22T00:00:00.000Z: connect ECONNREFUSED";
  expect(describeLosses(delivery)).toBe(`lost 6 items of traces; ${cause}`);
});

test("describeLosses() is null when all arrived", () => {
  const well = { ...traces, failed: 0, rejected: 0, dropped: 0 };
  expect(describeLosses({ signals: { traces: well }, lastError: null, lastErrorAt: null })).toBeNull();
});
