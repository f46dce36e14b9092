import { describe, expect, test } from "bun:test";
import { DataPointType, type MetricData } from "@opentelemetry/sdk-metrics";
import type { Usage } from "#daemon/usage.ts";
import type { WatchFigures } from "#telemetry/config-metrics.ts";
import { createProducer } from "#telemetry/otlp/producer.ts";
import type { ProcessChoice } from "#telemetry/process-metrics.ts";
import { createProcessSnapshots } from "#telemetry/process-snapshot.ts";
import { createProcessSums } from "#telemetry/process-sums.ts";
import { msOf } from "../../support/otlp/observed.ts";
import type { Row } from "../../support/processes.ts";
import { tableOf } from "../../support/processes.ts";
import { contentOf, stateOf, watchSettings } from "../../support/reloads.ts";

const all: ProcessChoice = { perProcess: "all", top: 50 };
const delivery = { signals: { logs: { exported: 7, failed: 1, rejected: 2, dropped: 3, queued: 4 } } };

function producing(choice = all, watches: readonly WatchFigures[] = []) {
  const usage: Usage = {
    countsFds: true,
    openFds: ({ pid }) => pid,
    maxFds: () => 1_024,
    switches: () => ({ voluntary: 5, involuntary: 6 }),
    usedUp: () => null,
    forget() {},
  };
  const time = { now: 100_000 };
  let table = tableOf([]);
  const { take } = createProcessSnapshots({
    table: () => table,
    usage,
    sums: createProcessSums(() => time.now),
    choice: () => choice,
  });
  const producer = createProducer({
    scope: { name: "sexton", version: "1" },
    startedAt: 50_000,
    snapshot: take,
    unseenIds: () => 12,
    watches: () => watches,
    delivery: () => ({ ...delivery, lastError: null, lastErrorAt: null }),
  });
  return {
    time,
    async collect(rows: readonly Row[]): Promise<Map<string, MetricData>> {
      table = { ...tableOf(rows), observedAt: time.now };
      const { resourceMetrics, errors } = await producer.collect();
      expect(errors).toEqual([]);
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      return new Map(metrics.map((metric) => [metric.descriptor.name, metric]));
    },
  };
}

type Points = { attributes: Record<string, unknown>; value: number }[];
const pointsOf = (metric: MetricData | undefined) =>
  ((metric?.dataPoints ?? []) as Points).map(({ attributes, value }) => ({ attributes, value }));
const pidsOf = (metrics: ReadonlyMap<string, MetricData>) =>
  [...metrics].flatMap(([, { dataPoints }]) =>
    (dataPoints as Points).flatMap(({ attributes }) => (attributes["process.pid"] ?? []) as number[]),
  );

describe("the producer", () => {
  test("tells each process by the conventions' names, with who it is on each point", async () => {
    const app: Row = {
      pid: 30,
      in: "web",
      exe: "/usr/sbin/nginx",
      args: ["nginx", "--secret=hunter2"],
      startedAt: 90_000.5,
      userSeconds: 1.25,
      systemSeconds: 0.5,
      rssBytes: 4_096,
      virtualBytes: 8_192,
      threads: 3,
      minorFaults: 10,
      majorFaults: 2,
    };
    const metrics = await producing().collect([app]);
    const identity = {
      "process.pid": 30,
      "process.creation.time": "1970-01-01T00:01:30.000Z",
      "process.executable.name": "nginx",
      "container.id": expect.any(String),
      "container.name": "web",
    };
    const expected = {
      "process.cpu.time": [
        { attributes: { ...identity, "cpu.mode": "user" }, value: 1.25 },
        { attributes: { ...identity, "cpu.mode": "system" }, value: 0.5 },
      ],
      "process.memory.usage": [{ attributes: identity, value: 4_096 }],
      "process.memory.virtual": [{ attributes: identity, value: 8_192 }],
      "process.thread.count": [{ attributes: identity, value: 3 }],
      "process.unix.file_descriptor.count": [{ attributes: identity, value: 30 }],
      "process.context_switches": [
        { attributes: { ...identity, "process.context_switch.type": "voluntary" }, value: 5 },
        { attributes: { ...identity, "process.context_switch.type": "involuntary" }, value: 6 },
      ],
      "process.paging.faults": [
        { attributes: { ...identity, "system.paging.fault.type": "minor" }, value: 10 },
        { attributes: { ...identity, "system.paging.fault.type": "major" }, value: 2 },
      ],
      "process.uptime": [{ attributes: identity, value: 9.9995 }],
    };
    for (const [name, points] of Object.entries(expected)) expect(pointsOf(metrics.get(name))).toEqual(points);
    expect([...metrics.keys()].filter((name) => name.startsWith("process."))).toEqual(Object.keys(expected));
    expect(JSON.stringify([...metrics])).not.toContain("hunter2");
  });

  test("counts from the start of the process, until when it was looked at", async () => {
    const { time, collect } = producing();
    time.now = 95_000;
    const metrics = await collect([{ pid: 30, startedAt: 90_000 }]);
    const [cpu] = metrics.get("process.cpu.time")?.dataPoints ?? [];
    expect([msOf(cpu?.startTime ?? [0, 0]), msOf(cpu?.endTime ?? [0, 0])]).toEqual([90_000, 95_000]);
    // A start that the kernel's clock puts after the look would be refused.
    const young = await collect([{ pid: 31, startedAt: 95_009 }]);
    const [first] = young.get("process.cpu.time")?.dataPoints ?? [];
    expect(first?.startTime).toEqual(first?.endTime ?? [0, 0]);
    const [ids] = metrics.get("sexton.watch.unseen_ids")?.dataPoints ?? [];
    expect(msOf(ids?.startTime ?? [0, 0])).toBe(50_000);
  });

  test("says what is a counter, what falls too and what is neither", async () => {
    const metrics = await producing().collect([{ pid: 30 }]);
    const kindOf = (name: string) => {
      const metric = metrics.get(name);
      if (metric?.dataPointType === DataPointType.GAUGE) return "gauge";
      return metric?.dataPointType === DataPointType.SUM ? (metric.isMonotonic ? "counter" : "updown") : undefined;
    };
    expect(kindOf("process.cpu.time")).toBe("counter");
    expect(kindOf("process.memory.usage")).toBe("updown");
    expect(kindOf("process.uptime")).toBe("gauge");
    expect(kindOf("system.process.count")).toBe("updown");
    expect(metrics.get("process.cpu.time")?.descriptor).toMatchObject({ unit: "s", valueType: 1 });
    expect(metrics.get("process.thread.count")?.descriptor).toMatchObject({ unit: "{thread}", valueType: 0 });
  });

  test("counts processes by the conventions' states, zombies by container, what was missed and what was lost", async () => {
    const metrics = await producing().collect([
      { pid: 1, state: "running" },
      { pid: 2, state: "disk-sleep" },
      { pid: 3, state: "idle" },
      { pid: 4, state: "tracing-stop" },
      { pid: 5, state: "zombie", in: "web" },
      { pid: 6, state: "zombie", in: "web" },
    ]);
    const valuesOf = (name: string, attribute: string) =>
      Object.fromEntries(
        pointsOf(metrics.get(name)).map(({ attributes, value }) => [attributes[attribute] ?? "", value]),
      );
    expect(valuesOf("system.process.count", "process.state")).toEqual({
      running: 1,
      sleeping: 2,
      stopped: 1,
      defunct: 2,
    });
    expect(valuesOf("sexton.zombies", "container.name")).toEqual({ "": 0, web: 2 });
    expect(pointsOf(metrics.get("sexton.watch.unseen_ids"))).toEqual([{ attributes: {}, value: 12 }]);
    expect(valuesOf("sexton.telemetry.items", "sexton.telemetry.outcome")).toEqual({
      exported: 7,
      failed: 1,
      rejected: 2,
      dropped: 3,
    });
  });

  test("tells those processes one by one that /metrics does", async () => {
    const rows = [1, 2, 3].map((pid): Row => ({ pid, rssBytes: pid, cpuSeconds: pid }));
    expect(pidsOf(await producing({ perProcess: "off", top: 50 }).collect(rows))).toEqual([]);
    expect(new Set(pidsOf(await producing({ perProcess: "top", top: 1 }).collect(rows)))).toEqual(new Set([3]));
    expect(new Set(pidsOf(await producing(all).collect(rows)))).toEqual(new Set([1, 2, 3]));
  });

  test("has the series of those that live after 10,000 that did not for long", async () => {
    const { time, collect } = producing();
    const living: Row[] = [{ pid: 1, name: "app" }];
    const before = await collect(living);
    for (let first = 100; first < 10_100; first += 100) {
      time.now += 1_000;
      await collect([
        ...living,
        ...Array.from({ length: 100 }, (_, at): Row => ({ pid: first + at, name: `n${first}` })),
      ]);
    }
    const after = await collect(living);
    expect(new Set(pidsOf(after))).toEqual(new Set([1]));
    const series = (metrics: ReadonlyMap<string, MetricData>) =>
      [...metrics].map(([name, { dataPoints }]) => [name, dataPoints.length]);
    expect(series(after)).toEqual(series(before));
  });

  test("tells each watch, and of one that has no content yet what is known", async () => {
    const one = stateOf({
      content: contentOf({ generation: "..2026_01_01" }),
      changes: 3,
      changedAt: 90_500,
      oldWorkers: 2,
    });
    const other = stateOf({ settings: watchSettings({ name: "other" }), content: null });
    const metrics = await producing(all, [
      { state: one, lastSuccessful: true, lastSuccessAt: 91_000 },
      { state: other, lastSuccessful: null, lastSuccessAt: null },
    ]).collect([]);
    const [nginx, second] = [{ "sexton.watch": "nginx" }, { "sexton.watch": "other" }];
    const hash = { "sexton.config.hash": "0123456789ab", "sexton.config.generation": "..2026_01_01" };
    expect(pointsOf(metrics.get("sexton.config.info"))).toEqual([{ attributes: { ...nginx, ...hash }, value: 1 }]);
    expect(pointsOf(metrics.get("sexton.config.changes"))).toEqual([
      { attributes: nginx, value: 3 },
      { attributes: second, value: 0 },
    ]);
    expect(metrics.get("sexton.config.changes")).toMatchObject({ dataPointType: DataPointType.SUM, isMonotonic: true });
    expect(pointsOf(metrics.get("sexton.config.last_change"))).toEqual([{ attributes: nginx, value: 90.5 }]);
    expect(pointsOf(metrics.get("sexton.config.last_reload.successful"))).toEqual([{ attributes: nginx, value: 1 }]);
    expect(pointsOf(metrics.get("sexton.config.last_reload.success"))).toEqual([{ attributes: nginx, value: 91 }]);
    expect(pointsOf(metrics.get("sexton.config.old_workers"))[0]?.value).toBe(2);
    expect((await producing().collect([])).has("sexton.config.info")).toBe(false);
  });
});
