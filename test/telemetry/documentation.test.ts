import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createBus } from "#daemon/bus.ts";
import type { PidBudgets } from "#daemon/pids/pids.ts";
import { eventProcess } from "#daemon/watch/register.ts";
import type { PidBudget } from "#policy/pids.ts";
import type { Process } from "#process/process.ts";
import type { Zombie } from "#process/zombie.ts";
import { deliveryMetrics } from "#telemetry/delivery.ts";
import type { MetricFamily } from "#telemetry/exposition.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import { pidsMetrics } from "#telemetry/pids-metrics.ts";
import { createReloadMetrics } from "#telemetry/reload-metrics.ts";
import { watchMetrics } from "#telemetry/watch-metrics.ts";
import { countZombies } from "#telemetry/zombie-metrics.ts";
import { tableOf } from "../support/processes.ts";
import { createMemoryReloads, stateOf } from "../support/reloads.ts";

const page = readFileSync(join(import.meta.dir, "../../docs/metrics.md"), "utf8");

/** Metrics of a pod in which everything has happened once, so that each family has a sample. */
function everything(): string {
  const bus = createBus(Date.now);
  const table = tableOf([{ pid: 1, name: "app", in: "web" }]);
  const app = table.processes[0] as Process;
  const zombieCounters = countZombies(bus);
  const reloads = createMemoryReloads([stateOf({ changedAt: 1_000 })]);
  reloads.reloaded({});
  const reloadMetrics = createReloadMetrics(reloads, bus);
  const budget: PidBudget = {
    current: 1,
    limit: 2,
    source: "pod-cgroup",
    counts: "pod",
    percent: 50,
    zombies: 0,
    growthPerHour: 1,
    secondsToExhaustion: 3_600,
  };
  const containers: PidBudgets["containers"] = new Map(
    [...table.containers].map(([key, container]) => [
      key,
      { ...budget, counts: "container" as const, container, currentFrom: "processes" as const },
    ]),
  );
  const zombie: Pick<Zombie, "process" | "ageMs"> = { process: app, ageMs: 1 };
  const counts = { exported: 0, failed: 0, rejected: 0, dropped: 0, queued: 0 };
  const metrics = createMetrics({
    build: { version: "0.0.0", revision: "0000000", target: "linux-x64" },
    clock: () => 0,
    bus,
    observer: { table: () => table, onScan: (listener) => listener(table, 1) },
    known: table.byPid,
    usage: {
      countsFds: true,
      openFds: () => 1,
      maxFds: () => 2,
      switches: () => ({ voluntary: 1, involuntary: 1 }),
      usedUp: () => null,
      forget() {},
    },
    streams: { count: () => 0 },
    choice: () => ({ perProcess: "all", top: 50 }),
    others: (_, labels): MetricFamily[] => [
      ...watchMetrics({ mechanism: "aio", watched: 1, swept: 0, unseenIds: 0, tickMs: 20 }, { newestId: 1 }),
      ...pidsMetrics({ pod: budget, containers, pods: new Map() }),
      ...zombieCounters.families([zombie as Zombie], labels),
      ...reloadMetrics.families(),
      ...deliveryMetrics({ signals: { traces: counts }, lastError: null, lastErrorAt: null }),
    ],
  });
  const process = eventProcess(app);
  bus.emit({ type: "process.exited", process, data: { exitCode: 0, signal: null, coreDumped: false } });
  bus.emit({ type: "process.exited", process, data: { exitCode: null, signal: "SIGKILL", coreDumped: false } });
  bus.emit({ type: "signal.sent", process, data: { signal: "SIGHUP" } });
  bus.emit({ type: "zombie.detected", process, data: { cause: "parent-not-waiting" } });
  bus.emit({ type: "zombie.reaped", process, data: { by: "parent" } });
  bus.emit({ type: "zombie.remedy", process, data: { remedy: "nudge", outcome: "reaped" } });
  return new TextDecoder().decode(metrics.serve({ format: "text", gzip: false }).body);
}

/** A row for each family: name, type, labels, help. */
function rowsOf(text: string): string[] {
  return text
    .split(/^(?=# HELP )/m)
    .map((family) => {
      const [, name, help] = /^# HELP (\S+) (.*)$/m.exec(family) ?? [];
      const [, type] = /^# TYPE \S+ (\S+)$/m.exec(family) ?? [];
      const labels = [...family.matchAll(/^[a-z_]+\{(.*)\} /gm)].flatMap(([, all = ""]) =>
        [...all.matchAll(/(?:^|,)([a-z]+)="/g)].map(([, label]) => label as string),
      );
      const shown = [...new Set(labels)].filter((label) => label !== "le").map((label) => `\`${label}\``);
      return `| \`${name}\` | ${type} | ${shown.join(" ")} | ${help} |`;
    })
    .sort();
}

test("docs/metrics.md has every metric with its type, labels and help", () => {
  const documented = page.split("\n").filter((line) => line.startsWith("| `sexton_"));
  expect(documented.toSorted()).toEqual(rowsOf(everything()));
});

test("no name stands for two metrics, in either format", () => {
  const names = rowsOf(everything()).map((row) => row.split("`")[1] as string);
  const families = names.map((name) => name.replace(/_(total|info)$/, ""));
  expect(new Set(families).size).toBe(names.length);
});

test("every family of the example has a sample, so that its labels are known", () => {
  const text = everything();
  const empty = text.split(/^(?=# HELP )/m).filter((family) => !/^[a-z]/m.test(family));
  expect(empty).toEqual([]);
});
