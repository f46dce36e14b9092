import type { WatchStatus } from "#daemon/watch/watcher.ts";
import type { MetricFamily } from "#telemetry/exposition.ts";

const mechanisms = ["aio", "timer", "sweep"] as const;

/** How the watching goes: by what, of how many, and what was missed. */
export function watchMetrics(status: WatchStatus, range: { readonly newestId: number | null }): MetricFamily[] {
  return [
    {
      name: "sexton_watch_mechanism",
      type: "gauge",
      help: "By what the ends of processes are heard of: 1 for the one in use.",
      samples: mechanisms.map((mechanism) => ({
        labels: { mechanism },
        value: mechanism === status.mechanism ? 1 : 0,
      })),
    },
    {
      name: "sexton_watch_processes",
      type: "gauge",
      help: "Processes by how they are followed: watched by a pidfd, or swept once a second.",
      samples: [
        { labels: { mode: "watched" }, value: status.watched },
        { labels: { mode: "swept" }, value: status.swept },
      ],
    },
    {
      name: "sexton_watch_unseen_ids_total",
      type: "counter",
      help: "Process and thread ids that were gone before they could be looked at.",
      samples: [{ value: status.unseenIds }],
    },
    {
      name: "sexton_events_total",
      type: "counter",
      help: "Events of the register since the start.",
      samples: [{ value: range.newestId ?? 0 }],
    },
  ];
}
