import type { Bus } from "#daemon/bus.ts";
import type { Reloads, WatchSettings, WatchState } from "#process/reload.ts";
import { configMetrics, contentHelp, contentLabels, type WatchFigures } from "#telemetry/config-metrics.ts";
import type { MetricFamily } from "#telemetry/exposition.ts";
import {
  countReloads,
  newCount,
  type ReloadCount,
  type ReloadOutcome,
  reloadOutcomes,
} from "#telemetry/reload-counts.ts";

/** What is told of watches and reloads: for Prometheus as families, for other exporters as figures. */
export interface ReloadMetrics {
  families(): MetricFamily[];
  figures(): readonly WatchFigures[];
}

/** Counting starts with this. A watch that is no longer configured is told no more. */
export function createReloadMetrics(
  reloads: Pick<Reloads, "watches" | "records">,
  bus: Pick<Bus, "listen">,
): ReloadMetrics {
  const counts = countReloads(reloads, bus);

  function figuresOf(now: ReadonlyMap<string, ReloadCount>): WatchFigures[] {
    return reloads.watches().map((state) => {
      const { last, lastAt } = now.get(state.settings.name) ?? newCount();
      return {
        state,
        lastSuccessful: last && (isSuccess(last, state.settings) || hasAll(state)),
        lastSuccessAt: lastSuccess(lastAt, state.settings),
      };
    });
  }

  return {
    figures: () => figuresOf(counts.now()),
    families() {
      const now = counts.now();
      const watches = figuresOf(now);
      return [infoFamily(watches), ...watchFamilies(watches), totalFamily(watches, now), counts.durations.family()];
    },
  };
}

function infoFamily(watches: readonly WatchFigures[]): MetricFamily {
  const samples = watches.flatMap(({ state }) => {
    const content = contentLabels(state);
    return content === null ? [] : [{ labels: { watch: state.settings.name, ...content }, value: 1 }];
  });
  return { name: "sexton_config_info", type: "info", help: contentHelp, samples };
}

function watchFamilies(watches: readonly WatchFigures[]): MetricFamily[] {
  return configMetrics.map(({ name, otel, help, read }) => ({
    name,
    help,
    type: otel.kind === "counter" ? "counter" : "gauge",
    samples: watches.flatMap((figures) => {
      const value = read(figures);
      return value === null ? [] : [{ labels: { watch: figures.state.settings.name }, value }];
    }),
  }));
}

function totalFamily(watches: readonly WatchFigures[], now: ReadonlyMap<string, ReloadCount>): MetricFamily {
  const names = [...watches.map(({ state }) => state.settings.name), ...(now.has("") ? [""] : [])];
  return {
    name: "sexton_reloads_total",
    type: "counter",
    help: "Reloads by watch and what they came to; without a name where somebody asked for one by its signal.",
    // Also those that have not happened: the first of its kind shows as an increase only if there was a 0 before it.
    samples: names.flatMap((watch) => {
      const { number } = now.get(watch) ?? newCount();
      return reloadOutcomes.map((outcome) => ({ labels: { watch, outcome }, value: number[outcome] }));
    }),
  };
}

/** What was wrong is so no longer: the content is back, or the app has started with it. */
function hasAll({ content, appliedHash, pending }: WatchState): boolean {
  return content !== null && content.hash === appliedHash && pending === null;
}

/** Whether it counts as done: what has shown no effect does, unless it is to be tried again. */
function isSuccess(outcome: ReloadOutcome, { retry }: Pick<WatchSettings, "retry">): boolean {
  return outcome === "confirmed" || (outcome === "unconfirmed" && retry.on !== "unconfirmed");
}

function lastSuccess(lastAt: ReloadCount["lastAt"], settings: WatchSettings): number | null {
  const times = reloadOutcomes.flatMap((outcome) => (isSuccess(outcome, settings) ? (lastAt[outcome] ?? []) : []));
  return times.length === 0 ? null : Math.max(...times);
}
