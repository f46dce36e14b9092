import type { Build } from "#base/version.ts";
import type { Observer } from "#daemon/observer.ts";
import type { MetricFamily } from "#telemetry/exposition.ts";
import { createHistogram } from "#telemetry/histogram.ts";

/** Seconds. A scan takes about 10 us a process. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** What sexton tells of its own work. */
export function createServiceMetrics(
  { version, revision, target }: Build,
  observer: Pick<Observer, "onScan">,
  streams: { count(): number },
): () => MetricFamily[] {
  const scans = createHistogram({
    name: "sexton_scan_duration_seconds",
    help: "How long it took to look at all processes.",
    bounds,
  });
  observer.onScan((_, tookMs) => {
    if (tookMs !== null) scans.observe(tookMs / 1000);
  });
  const labels = { version, ...(revision === null ? {} : { revision }), ...(target === null ? {} : { target }) };
  return () => [
    {
      name: "sexton_build_info",
      type: "info",
      help: "The version of sexton, the commit that it was built from, and the system that it was built for.",
      samples: [{ labels, value: 1 }],
    },
    scans.family(),
    {
      name: "sexton_event_streams",
      type: "gauge",
      help: "Readers that follow the register.",
      samples: [{ value: streams.count() }],
    },
  ];
}
