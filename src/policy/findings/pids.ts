import { containerName, type Finding } from "#policy/findings/finding.ts";
import { type ContainerPidBudget, levelAfter, type PidBudget, type PodPidBudget } from "#policy/pids.ts";
import type { PidSource } from "#process/pid-source.ts";
import { podLabel } from "#process/pod.ts";

/** Exhaustion that is nearer than this is told although there is room yet. */
const soonSeconds = 3_600;

export interface Budgets {
  readonly pod: PidBudget;
  readonly containers: ReadonlyMap<string, ContainerPidBudget>;
  /** Of a node; none elsewhere. */
  readonly pods: ReadonlyMap<string, PodPidBudget>;
}

/** Pressure now, or soon at the present growth: a pod without free pids can start nothing, not even a probe. */
export function pidFindings({ pod, containers, pods }: Budgets): Finding[] {
  const named = [...containers.values()].map((budget) => {
    const name = containerName(budget.container);
    return { budget, who: `Container ${name ?? "of sexton"}`, container: name };
  });
  const ofNode = [...pods.values()].map((budget) => {
    return { budget, who: `Pod ${podLabel(budget.pod) ?? budget.pod.uid}`, container: null };
  });
  const whole = { budget: pod, who: pods.size > 0 ? "The node" : "The pod", container: null };
  return [whole, ...named, ...ofNode].flatMap(({ budget, who, container }) => findingOf(budget, who, container) ?? []);
}

function findingOf(budget: PidBudget, who: string, container: string | null): Finding | null {
  const { current, limit, percent, source, zombies, secondsToExhaustion } = budget;
  if (limit === null || source === null || percent === null) return null;
  const level = levelAfter("ok", percent);
  const isSoon = secondsToExhaustion !== null && secondsToExhaustion <= soonSeconds;
  if (level === "ok" && !isSoon) return null;
  const time = secondsToExhaustion === null ? "" : `, and full in ${timeText(secondsToExhaustion)} at this growth`;
  const first =
    zombies * 2 > current
      ? "Have the zombies collected: GET /zombies tells their parents and what would work."
      : "See in the event pids.pressure who grows.";
  return {
    id: "pids-low",
    container,
    severity: level === "critical" || (isSoon && level === "warning") ? "error" : "warning",
    title: `${who} runs out of pids`,
    seen: `${current} of ${limit} (${source}) are taken, ${zombies} of them by zombies${time}`,
    why: "At the limit no process and no thread can be started: fork fails with EAGAIN, and exec probes with it.",
    fix: `${first} ${raising[source]}`,
  };
}

function timeText(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** Where each limit is raised. */
const raising: Readonly<Record<PidSource, string>> = {
  setting: "Raise podPidsLimit of the kubelet's configuration, and SEXTON_POD_PIDS_LIMIT with it.",
  "container-cgroup": "Raise the container's pids limit (--pids-limit of the runtime, TasksMax of its scope).",
  "pod-cgroup": "Raise podPidsLimit of the kubelet's configuration.",
  "node-cgroup":
    "Raise what the node leaves to pods: pid in systemReserved and kubeReserved of the kubelet's configuration.",
  "kernel.pid_max": "Raise the sysctl kernel.pid_max.",
  "kernel.threads-max": "Raise the node's sysctl kernel.threads-max.",
};
