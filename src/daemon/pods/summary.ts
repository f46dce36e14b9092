import type { PidBudgets } from "#daemon/pids/pids.ts";
import type { PidBudget } from "#policy/pids.ts";
import type { Pod } from "#process/pod.ts";
import type { ProcessTable } from "#process/table.ts";

/** One pod, with all that is seen of it. */
export interface PodSummary {
  readonly pod: Pod;
  readonly containers: number;
  readonly processes: number;
  readonly rssBytes: number;
  readonly pids: PidBudget;
  /** Milliseconds since the epoch: the start of its oldest process. */
  readonly startedAt: number;
}

/** The pods that can be seen, oldest first: on a node many, else sexton's own. */
export function summarizePods({ processes }: ProcessTable, { pod: own, pods }: PidBudgets): PodSummary[] {
  const groups = Map.groupBy(processes, ({ container }) => container?.pod?.uid ?? null);
  return [...groups]
    .flatMap(([uid, members]): PodSummary[] => {
      const pod = members[0]?.container?.pod;
      if (uid === null || !pod) return [];
      const budget = pods.get(uid);
      const { pod: _, ...pids } = budget ?? { ...own, pod };
      return [
        {
          pod,
          containers: new Set(members.map(({ container }) => container?.key)).size,
          processes: members.length,
          rssBytes: members.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
          pids,
          startedAt: Math.min(...members.map(({ startedAt }) => startedAt)),
        },
      ];
    })
    .sort((a, b) => a.startedAt - b.startedAt);
}
