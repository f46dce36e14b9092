import { expect, test } from "bun:test";
import type { Observer } from "#daemon/observer.ts";
import { createServiceMetrics } from "#telemetry/service-metrics.ts";
import { samplesOf } from "../support/exposition.ts";
import { tableOf } from "../support/processes.ts";

test("createServiceMetrics() tells the build, streams, and how long scans took: not those that were put together", () => {
  const listeners: Parameters<Observer["onScan"]>[0][] = [];
  const observer = { onScan: (listener: (typeof listeners)[number]) => void listeners.push(listener) };
  const families = createServiceMetrics({ version: "1.2.3", revision: "abc", target: null }, observer, {
    count: () => 4,
  });
  for (const tookMs of [3, null, 2_000]) for (const listener of listeners) listener(tableOf([]), tookMs);
  const lines = samplesOf(families());
  expect(lines).toContain('sexton_build_info{version="1.2.3",revision="abc"} 1');
  expect(lines).toContain("sexton_event_streams 4");
  expect(lines).toContain('sexton_scan_duration_seconds_bucket{le="0.0025"} 0');
  expect(lines).toContain('sexton_scan_duration_seconds_bucket{le="0.005"} 1');
  expect(lines).toContain('sexton_scan_duration_seconds_bucket{le="+Inf"} 2');
  expect(lines).toContain("sexton_scan_duration_seconds_sum 2.003");
});
