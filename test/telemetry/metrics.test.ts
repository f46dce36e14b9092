import { expect, test } from "bun:test";
import { createBus } from "#daemon/bus.ts";
import type { ProcessTable } from "#process/table.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import { tableOf } from "../support/processes.ts";

test("a scrape is of one scan, however long scans take", () => {
  let scans = 0;
  let table: ProcessTable | null = null;
  const seen: (ProcessTable | null)[] = [];
  const metrics = createMetrics({
    build: { version: "1", revision: null, target: null },
    clock: () => 0,
    bus: createBus(Date.now),
    observer: {
      onScan() {},
      // As an observer whose scans take longer than they serve.
      table() {
        scans++;
        table = tableOf([{ pid: 1, name: "app", in: "web" }]);
        return table;
      },
    },
    known: new Map(),
    usage: {
      countsFds: true,
      openFds: () => 1,
      maxFds: () => 2,
      switches: () => null,
      usedUp: () => null,
      forget() {},
    },
    streams: { count: () => 0 },
    choice: () => ({ perProcess: "all", top: 50 }),
    others(of, labels) {
      seen.push(of);
      expect([...labels.values()]).toEqual(["web"]);
      return [];
    },
  });
  metrics.serve({ format: "text", gzip: false });
  metrics.serve({ format: "text", gzip: true });
  expect(scans).toBe(1);
  expect(seen).toEqual([table]);
  expect(metrics.snapshot().shown.map(({ process }) => process.pid)).toEqual([1]);
  expect(scans).toBe(2);
});
