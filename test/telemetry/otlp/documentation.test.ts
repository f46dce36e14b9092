import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DataPointType, type MetricData } from "@opentelemetry/sdk-metrics";
import { eventTypes } from "#process/event.ts";
import { wantedSignals } from "#telemetry/otel-env.ts";
import { createProducer } from "#telemetry/otlp/producer.ts";
import { resourceAttributes } from "#telemetry/otlp/resource.ts";
import { readSettings } from "#telemetry/otlp/settings.ts";
import { createProcessSnapshots } from "#telemetry/process-snapshot.ts";
import { createProcessSums } from "#telemetry/process-sums.ts";
import { createObserved } from "../../support/otlp/observed.ts";
import { tableOf } from "../../support/processes.ts";
import { contentOf, stateOf, watchSettings } from "../../support/reloads.ts";

const page = readFileSync(join(import.meta.dir, "../../../docs/telemetry.md"), "utf8");

/** The cells of each row whose first one is code that begins so. */
function rowsOf(start: string): string[][] {
  const cells = (line: string) => line.split("|").slice(1, -1);
  return page
    .split("\n")
    .filter((line) => line.startsWith(`| \`${start}`))
    .map((line) => cells(line).map((cell) => cell.trim()));
}

const code = (cell = "") => cell.replaceAll("`", "");

/** The names of OTEL_* that are asked for, those of one signal as those of all. */
function variablesRead(): Set<string> {
  const asked = new Set<string>();
  const given: Record<string, string> = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    OTEL_TRACES_SAMPLER: "traceidratio",
  };
  const env = new Proxy(given, {
    get(target, name) {
      asked.add(String(name));
      return target[String(name)];
    },
  });
  wantedSignals(env);
  readSettings(env);
  resourceAttributes(env, "0", {}, () => "");
  const ofAll = (name: string) =>
    name.endsWith("_PREFERENCE") ? name : name.replace(/^(OTEL_EXPORTER_OTLP)_(TRACES|METRICS|LOGS)_/, "$1_");
  return new Set([...asked].filter((name) => name.startsWith("OTEL_")).map(ofAll));
}

test("docs/telemetry.md has every variable that is read, and no other", () => {
  const documented = rowsOf("OTEL_").map(([name]) => code(name));
  expect(documented.length).toBeGreaterThan(30);
  expect(documented.toSorted()).toEqual([...variablesRead()].sort());
});

test("docs/telemetry.md has the defaults of the settings", () => {
  const { batches, metricIntervalMs, metricTimeoutMs, signals, diagnostics } = readSettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
  });
  const batch = (prefix: string, limits: (typeof batches)["logs"]) => ({
    [`${prefix}_MAX_QUEUE_SIZE`]: limits.maxQueueSize,
    [`${prefix}_MAX_EXPORT_BATCH_SIZE`]: limits.maxExportBatchSize,
    [`${prefix}_SCHEDULE_DELAY`]: limits.scheduleDelayMs,
    [`${prefix}_EXPORT_TIMEOUT`]: limits.exportTimeoutMs,
  });
  const defaults = {
    OTEL_EXPORTER_OTLP_PROTOCOL: signals.traces?.protocol,
    OTEL_EXPORTER_OTLP_TIMEOUT: signals.traces?.timeoutMs,
    ...batch("OTEL_BSP", batches.traces),
    ...batch("OTEL_BLRP", batches.logs),
    OTEL_METRIC_EXPORT_INTERVAL: metricIntervalMs,
    OTEL_METRIC_EXPORT_TIMEOUT: metricTimeoutMs,
    OTEL_LOG_LEVEL: diagnostics,
  };
  const documented = new Map(rowsOf("OTEL_").map(([name, value]) => [code(name), code(value)]));
  for (const [name, value] of Object.entries(defaults))
    expect([name, documented.get(name)]).toEqual([name, `${value}`]);
});

test("docs/telemetry.md has the name and severity of each event's record", () => {
  const { emit, records } = createObserved();
  const types = eventTypes.filter((type) => type !== "events.lost");
  for (const type of types) emit({ type });
  const told = records.map(({ eventName, severityText }, index) => [types[index], eventName, severityText]);
  const documented = rowsOf("").filter(([type]) => types.includes(code(type) as never));
  expect(documented.map(([type, name]) => [code(type), code(name)])).toEqual(
    told.map((row) => row.slice(0, 2) as never),
  );
  for (const [index, [, , severity]] of documented.entries()) {
    if (severity?.startsWith("as of")) continue;
    expect([types[index], severity]).toEqual([types[index], expect.stringContaining(`${told[index]?.[2]}`)]);
  }
});

/** Metrics of a pod in which everything has happened once. */
async function everything(): Promise<MetricData[]> {
  const { born, dies, emit, scanned, metrics } = createObserved();
  scanned(1);
  dies(born({ pid: 7, name: "app" }), { exitCode: 0 });
  dies(born({ pid: 8, name: "app" }), { signal: "SIGKILL" });
  emit({ type: "zombie.detected", data: { cause: "parent-not-waiting" } });
  emit({ type: "signal.sent", data: { signal: "SIGHUP" } });
  emit({ type: "config.rejected", data: { watch: "conf" } });
  emit({ type: "reload.confirmed", data: { watch: "conf", outcome: "confirmed", afterSeconds: 1 } });
  const table = tableOf([{ pid: 1, name: "app", in: "web" }]);
  const counts = { exported: 0, failed: 0, rejected: 0, dropped: 0, queued: 0 };
  const content = contentOf({ generation: "..2026_01_01" });
  const state = stateOf({ settings: watchSettings({ name: "conf" }), content, changedAt: 1 });
  const producer = createProducer({
    scope: { name: "sexton", version: "0" },
    startedAt: 0,
    snapshot: createProcessSnapshots({
      table: () => table,
      usage: {
        countsFds: true,
        openFds: () => 1,
        maxFds: () => 2,
        switches: () => ({ voluntary: 1, involuntary: 1 }),
        usedUp: () => null,
        forget() {},
      },
      sums: createProcessSums(() => 0),
      choice: () => ({ perProcess: "all", top: 50 }),
    }).take,
    unseenIds: () => 0,
    watches: () => [{ state, lastSuccessful: true, lastSuccessAt: 1 }],
    delivery: () => ({ signals: { traces: counts }, lastError: null, lastErrorAt: null }),
  });
  const { resourceMetrics } = await producer.collect();
  return [...resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics), ...(await metrics())];
}

function rowOf({ descriptor, dataPointType, dataPoints, ...rest }: MetricData): string[] {
  const sum = "isMonotonic" in rest && rest.isMonotonic ? "counter" : "up and down";
  const kind = { [DataPointType.SUM]: sum, [DataPointType.GAUGE]: "gauge" }[dataPointType as number] ?? "histogram";
  const told = new Set(dataPoints.flatMap(({ attributes }) => Object.keys(attributes)));
  // Who it is of, is said once for all metrics of a process.
  const isOfProcess = told.has("process.pid");
  const identity = /^(process\.(pid|parent_pid|creation\.time|executable\.name|command)|container\..+)$/;
  const shown = [...told].filter((name) => !isOfProcess || !identity.test(name)).sort();
  const { name, unit, description } = descriptor;
  return [`\`${name}\``, kind, `\`${unit}\``, shown.map((one) => `\`${one}\``).join(" "), description];
}

test("docs/telemetry.md has every metric, with its kind, unit, attributes and description", async () => {
  const names = (await everything()).map(rowOf).sort();
  expect(
    rowsOf("")
      .filter((row) => row.length === 5)
      .sort(),
  ).toEqual(names);
});
