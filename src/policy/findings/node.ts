import { type Finding, withLines } from "#policy/findings/finding.ts";
import type { Place } from "#policy/findings/place.ts";
import type { ProcessTable } from "#process/table.ts";

/** What of /proc is missing where it should be: that sexton is told of births, of containers and of their names. */
export const procFiles = ["loadavg", "cgroup", "mountinfo"] as const;
export type ProcFile = (typeof procFiles)[number];

export interface NodeLook {
  readonly table: ProcessTable;
  readonly place: Place;
  /** In a sentence, why pods have no names; null: nothing keeps them from it. */
  readonly namesProblem: string | null;
  readonly missing: readonly ProcFile[];
}

export function nodeFindings({ table, place, namesProblem, missing }: NodeLook): Finding[] {
  return [...(place === "node" ? unnamedPods(table, namesProblem) : []), ...incomplete(missing)];
}

function unnamedPods({ containers }: ProcessTable, problem: string | null): Finding[] {
  const pods = new Map([...containers.values()].flatMap(({ pod }) => (pod ? [[pod.uid, pod] as const] : [])));
  const unnamed = [...pods.values()].filter(({ name }) => name === null);
  if (unnamed.length === 0) return [];
  return [
    {
      id: "pods-unnamed",
      severity: "info",
      title: "Pods have no names",
      seen: `${unnamed.length} of ${pods.size} pods are known by their UID alone.${problem === null ? "" : ` ${problem}.`}`,
      why: "Cgroups and mounts have a pod's UID. Its name and namespace are told by the kubelet alone.",
      fix: withLines(
        "Mount the folder that the kubelet keeps the logs of pods in:",
        "volumes:\n  - { name: pod-logs, hostPath: { path: /var/log/pods, type: Directory } }\ncontainers:\n  - name: sexton\n    volumeMounts:\n      - { name: pod-logs, mountPath: /var/log/pods, readOnly: true }",
      ),
    },
  ];
}

const consequences: Readonly<Record<ProcFile, string>> = {
  loadavg: "without loadavg births are found by listing, five times a second at most, and who lives shorter is missed",
  cgroup: "without cgroup containers are told apart by who started them alone, and have no ids",
  mountinfo: "without mountinfo containers have no names",
};

function incomplete(missing: readonly ProcFile[]): Finding[] {
  if (missing.length === 0) return [];
  return [
    {
      id: "proc-incomplete",
      severity: "warning",
      title: "/proc lacks files",
      seen: `${missing.join(", ")} cannot be read, as under gVisor, or where /proc is mounted with subset=pid.`,
      why: `${missing.map((file) => consequences[file]).join("; ")}.`.replace(/^./, (first) => first.toUpperCase()),
      fix: "Run the pod with a runtime that has them, or mount /proc without subset=pid. Give targets by what they run (exe, args) where containers have no names.",
    },
  ];
}
