import { createPidCgroups, type PidsReading } from "#daemon/pids/cgroups.ts";
import { readPidsCgroup } from "#kernel/cgroup-pids.ts";
import { readPidLimits } from "#kernel/procfs/pid-limits.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { countZombies, sumTasks } from "#policy/pid-census.ts";
import { bindingLimit, type PidLimit } from "#policy/pids.ts";
import type { Container } from "#process/container.ts";
import type { Pod } from "#process/pod.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";

export interface PidSettings {
  /** The kubelet's podPidsLimit, where it cannot be seen from inside of the pod. */
  readonly podPidsLimit: number | null;
}

/** What is known of the pids of a container at one moment. */
export interface ContainerPids {
  readonly container: Container;
  readonly current: number;
  readonly currentFrom: "cgroup" | "processes";
  readonly limit: PidLimit | null;
  readonly zombies: number;
}

/** What counts against the limit of one of a node's pods. */
export interface PodPids {
  readonly pod: Pod;
  readonly current: number;
  readonly limit: PidLimit | null;
  readonly zombies: number;
}

export interface PidReading {
  /** Tasks of all processes that were seen. */
  readonly tasks: number;
  readonly zombies: number;
  /** All that the pod may run into, in no order. */
  readonly limits: readonly PidLimit[];
  /** By container key. */
  readonly containers: ReadonlyMap<string, ContainerPids>;
  /** By UID, in the node position; elsewhere `limits` are those of the one pod. */
  readonly pods: ReadonlyMap<string, PodPids>;
}

export interface PidGauge {
  read(table: ProcessTable, settings: PidSettings): PidReading;
}

/** Reads limits and what counts against them; without a history. */
export function createPidGauge(root: ProcRoot, initialNamespace: boolean): PidGauge {
  const cgroups = createPidCgroups(root);

  return {
    read(table, { podPidsLimit }) {
      const processes = table.processes.filter(({ kernelThread }) => !kernelThread);
      const groups = Map.groupBy(processes, ({ container }) => container?.key ?? null);
      const containers = new Map<string, ContainerPids>();
      /** Above the containers, by directory: those of one pod share what is above them. */
      const shared = new Map<string, PidsReading>();
      const readOnce = remembering(readPidsCgroup);
      const ofPods: PodShare[] = [];
      for (const [key, members] of groups) {
        const container = members[0]?.container;
        if (key === null || !container) continue;
        const readings = cgroups.read(key, members, readOnce);
        for (const reading of readings) if (reading.level !== "container") shared.set(reading.directory, reading);
        const pids = containerPids(container, members, readings);
        containers.set(key, pids);
        const { pod } = container;
        if (initialNamespace && pod)
          ofPods.push({ pod, pids, cgroups: readings.filter(({ level }) => level === "pod") });
      }
      cgroups.keep(new Set(containers.keys()));
      // What cannot be read has at least one task.
      const tasks = [...containers.values()].reduce(
        (sum, { current }) => sum + current,
        sumTasks(groups.get(null) ?? []) + table.unreadable,
      );
      const above = [...shared.values()];
      return {
        tasks,
        zombies: countZombies(processes),
        limits: [...settingLimit(podPidsLimit, above, tasks), ...cgroupLimits(above), ...kernelLimits(tasks)],
        containers,
        pods: podPids(ofPods),
      };
    },
  };

  /** The pod's own cgroup counts it best. On a node there are many, and the setting is about all that is seen. */
  function settingLimit(limit: number | null, above: readonly PidsReading[], tasks: number): PidLimit[] {
    if (limit === null) return [];
    const pod = initialNamespace ? undefined : above.find(({ level }) => level === "pod");
    return [{ source: "setting", current: pod?.current ?? tasks, limit, counts: "pod" }];
  }

  /** Of the cgroups of one kind, which lie above each other, the one that leaves least. */
  function cgroupLimits(above: readonly PidsReading[]): PidLimit[] {
    const kinds = Map.groupBy(above.flatMap(cgroupLimit), ({ source }) => source);
    return [...kinds.values()].flatMap((limits) => bindingLimit(limits) ?? []);
  }

  function cgroupLimit({ level, current, limit }: PidsReading): PidLimit[] {
    // Each of a node's pods has a limit of its own, and none of them is the node's.
    if (limit === null || (level === "pod" && initialNamespace)) return [];
    if (level === "pod") return [{ source: "pod-cgroup", current, limit, counts: "pod" }];
    return [{ source: "node-cgroup", current, limit, counts: "node" }];
  }

  function kernelLimits(tasks: number): PidLimit[] {
    const { pidMax, pidMaxIsNamespaced, threadsMax, nodeThreads } = readPidLimits(root);
    const ofNamespace = pidMaxIsNamespaced && !initialNamespace;
    const pidCurrent = ofNamespace ? tasks : nodeThreads;
    const counts = ofNamespace ? "namespace" : "node";
    return [
      pidMax === null || pidCurrent === null
        ? []
        : ({ source: "kernel.pid_max" as const, current: pidCurrent, limit: pidMax, counts } satisfies PidLimit),
      threadsMax === null || nodeThreads === null
        ? []
        : { source: "kernel.threads-max" as const, current: nodeThreads, limit: threadsMax, counts: "node" as const },
    ].flat();
  }
}

interface PodShare {
  readonly pod: Pod;
  readonly pids: ContainerPids;
  /** Of the pod, as seen from this container. */
  readonly cgroups: readonly PidsReading[];
}

function podPids(shares: readonly PodShare[]): Map<string, PodPids> {
  const groups = Map.groupBy(shares, ({ pod }) => pod.uid);
  return new Map(
    [...groups].map(([uid, own]) => {
      const cgroups = own.flatMap((share) => share.cgroups);
      const limit = bindingLimit(
        cgroups.flatMap(({ current, limit: most }): PidLimit[] =>
          most === null ? [] : [{ source: "pod-cgroup", current, limit: most, counts: "pod" }],
        ),
      );
      const sum = (read: (pids: ContainerPids) => number) => own.reduce((total, { pids }) => total + read(pids), 0);
      const current = limit?.current ?? cgroups[0]?.current ?? sum((pids) => pids.current);
      const { pod } = own[0] as PodShare;
      return [uid, { pod, current, limit, zombies: sum((pids) => pids.zombies) }] as const;
    }),
  );
}

function remembering<T>(read: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = read(key);
    known.set(key, value);
    return value;
  };
}

function containerPids(
  container: Container,
  members: readonly Process[],
  readings: readonly PidsReading[],
): ContainerPids {
  const own = readings.filter(({ level }) => level === "container");
  const limits = own.flatMap(({ current, limit }): PidLimit[] =>
    limit === null ? [] : [{ source: "container-cgroup", current, limit, counts: "container" }],
  );
  // The last is the highest, which counts the whole container.
  const whole = own.at(-1);
  const limit = bindingLimit(limits);
  return {
    container,
    current: limit?.current ?? whole?.current ?? sumTasks(members),
    currentFrom: whole ? "cgroup" : "processes",
    limit,
    zombies: countZombies(members),
  };
}
