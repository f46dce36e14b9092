import { shortHash } from "#process/config-hash.ts";
import type { WatchState } from "#process/reload.ts";
import type { Labels } from "#telemetry/exposition.ts";

/** A watch as every exporter tells of it. */
export interface WatchFigures {
  readonly state: WatchState;
  /** What the last reload came to; null: there was none. */
  readonly lastSuccessful: boolean | null;
  /** Milliseconds since the epoch. */
  readonly lastSuccessAt: number | null;
}

/** A metric of a watch, with its names in /metrics and in OpenTelemetry, and one value; null: it is not known. */
export interface ConfigMetric {
  readonly name: string;
  readonly otel: { readonly name: string; readonly unit: string; readonly kind: "counter" | "updown" | "gauge" };
  readonly help: string;
  readonly read: (figures: WatchFigures) => number | null;
}

const secondsOf = (ms: number | null) => (ms === null ? null : ms / 1000);

export const configMetrics: readonly ConfigMetric[] = [
  {
    name: "sexton_config_changes_total",
    otel: { name: "sexton.config.changes", unit: "{change}", kind: "counter" },
    help: "How often the content was found to be another one.",
    read: ({ state }) => state.changes,
  },
  {
    name: "sexton_config_last_change_timestamp_seconds",
    otel: { name: "sexton.config.last_change", unit: "s", kind: "gauge" },
    help: "When the content was last found to be another one.",
    read: ({ state }) => secondsOf(state.changedAt),
  },
  {
    name: "sexton_config_pending",
    otel: { name: "sexton.config.pending", unit: "{reload}", kind: "updown" },
    help: "1 while a reload is due: it settles, is held, waits for its target or is to be tried again.",
    read: ({ state }) => (state.pending === null ? 0 : 1),
  },
  {
    name: "sexton_config_held",
    otel: { name: "sexton.config.held", unit: "{watch}", kind: "updown" },
    help: "1 while reloads are held.",
    read: ({ state }) => (state.heldUntil === null ? 0 : 1),
  },
  {
    name: "sexton_config_old_workers",
    otel: { name: "sexton.config.old_workers", unit: "{process}", kind: "updown" },
    help: "Workers of before the last reload that have not left.",
    read: ({ state }) => state.oldWorkers,
  },
  {
    name: "sexton_config_watch_errors_total",
    otel: { name: "sexton.config.watch.errors", unit: "{error}", kind: "counter" },
    help: "Errors of watching and reading.",
    read: ({ state }) => state.errors,
  },
  {
    name: "sexton_config_last_reload_successful",
    otel: { name: "sexton.config.last_reload.successful", unit: "1", kind: "gauge" },
    help: "1 if the last reload was confirmed, or nothing shows its effect and retry.on takes that for done; 0 otherwise, also where the content was rejected; 1 again when the app has what there is.",
    read: ({ lastSuccessful }) => (lastSuccessful === null ? null : Number(lastSuccessful)),
  },
  {
    name: "sexton_config_last_reload_success_timestamp_seconds",
    otel: { name: "sexton.config.last_reload.success", unit: "s", kind: "gauge" },
    help: "When the last successful reload has ended.",
    read: ({ lastSuccessAt }) => secondsOf(lastSuccessAt),
  },
];

/** What there is at the paths, as labels; null: nothing was read yet. */
export function contentLabels({ content }: WatchState): (Labels & Record<"hash" | "generation", string>) | null {
  return content && { hash: shortHash(content.hash), generation: content.generation ?? "" };
}

export const contentHelp =
  "What there is at a watch's paths: the first digits of its SHA-256, and where ..data of a ConfigMap or Secret volume leads.";
