import type { PidBudgets } from "#daemon/pids/pids.ts";
import type { PidBudget } from "#policy/pids.ts";
import type { Pod } from "#process/pod.ts";
import { containerLabels, placeLabels } from "#telemetry/container-labels.ts";
import type { Labels, MetricFamily } from "#telemetry/exposition.ts";

/**
 * How near the limits of pids are, of the pod and of each container; in the node position `pod` is the node, and each of
 * its pods is a `node-pod`. No sample where it is not known.
 */
export function pidsMetrics({ pod, containers, pods }: PidBudgets): MetricFamily[] {
  const names = containerLabels([...containers.values()].map(({ container }) => container));
  const rows: { labels: Labels; budget: PidBudget }[] = [
    { labels: { scope: "pod" }, budget: pod },
    ...[...containers].map(([key, budget]) => ({
      labels: { scope: "container", ...placeLabels(names.get(key) ?? "") },
      budget,
    })),
    ...[...pods.values()].map((budget) => ({ labels: { scope: "node-pod", ...podLabels(budget.pod) }, budget })),
  ];
  const family = (name: string, help: string, read: (budget: PidBudget) => number | null): MetricFamily => ({
    name: `sexton_pids_${name}`,
    type: "gauge",
    help,
    samples: rows.flatMap(({ labels, budget }) => {
      const value = read(budget);
      return value === null ? [] : [{ labels, value }];
    }),
  });
  return [
    family(
      "current",
      "Threads, and zombies until they are collected, that count against sexton_pids_limit.",
      ({ current }) => current,
    ),
    family("limit", "The limit that leaves least room.", ({ limit }) => limit),
    family(
      "seconds_to_exhaustion",
      "Until the limit is reached at the growth of the last ten minutes; absent without growth.",
      ({ secondsToExhaustion }) => secondsToExhaustion,
    ),
  ];
}

function podLabels({ uid, name, namespace }: Pod): Labels {
  return name === null ? { uid } : { namespace: namespace ?? "", pod: name };
}
