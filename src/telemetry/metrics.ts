import type { Clock } from "#base/clock.ts";
import type { Build } from "#base/version.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Observer } from "#daemon/observer.ts";
import type { Usage } from "#daemon/usage.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";
import type { MetricFamily } from "#telemetry/exposition.ts";
import { countLives } from "#telemetry/life-counters.ts";
import { processFamilies } from "#telemetry/process-families.ts";
import type { ProcessChoice } from "#telemetry/process-metrics.ts";
import { createProcessSnapshots, type ProcessSnapshot } from "#telemetry/process-snapshot.ts";
import { createProcessSums } from "#telemetry/process-sums.ts";
import { createScrapes, type Scrapes } from "#telemetry/scrapes.ts";
import { createServiceMetrics } from "#telemetry/service-metrics.ts";

/** All metrics, for Prometheus as text and for other exporters as figures. */
export interface Metrics extends Scrapes {
  /** What is told of processes now; scans at most once in 250 ms, whoever asks. */
  snapshot(): ProcessSnapshot;
}

interface Means {
  readonly build: Build;
  readonly clock: Clock;
  readonly bus: Pick<Bus, "listen">;
  readonly observer: Pick<Observer, "table" | "onScan">;
  /** As the register knows them, by pid. */
  readonly known: ReadonlyMap<number, Process>;
  readonly usage: Usage;
  readonly streams: { count(): number };
  readonly choice: () => ProcessChoice;
  /** What others have to tell of the same table, with the labels of its containers by key. */
  readonly others: (table: ProcessTable, labels: ReadonlyMap<string, string>) => readonly MetricFamily[];
}

/** Counting starts with this; reading only when somebody asks. */
export function createMetrics({ build, clock, bus, observer, known, usage, streams, choice, others }: Means): Metrics {
  const sums = createProcessSums(clock);
  const snapshots = createProcessSnapshots({ table: () => observer.table(), usage, sums, choice });
  const lives = countLives({ bus, clock, known, usage, sums, labels: snapshots.labels });
  const service = createServiceMetrics(build, observer, streams);
  const families = () => {
    const table = observer.table();
    // First, because the others take the labels of containers from it.
    const processes = processFamilies(snapshots.take(table));
    return [...service(), ...others(table, snapshots.labels()), ...lives.families(), ...processes];
  };
  return { snapshot: () => snapshots.take(), ...createScrapes(families) };
}
