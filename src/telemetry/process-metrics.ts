import type { ContainerRef } from "#process/container.ts";
import { exeName, type Process } from "#process/process.ts";
import { placeLabels } from "#telemetry/container-labels.ts";
import type { Labels } from "#telemetry/exposition.ts";

/** One process with all that its metrics tell. What is hidden is null. */
export interface ProcessFigures {
  readonly process: Process;
  /** Its place, as container-labels.ts has it; "" outside of containers. */
  readonly container: string;
  readonly openFds: number | null;
  /** RLIMIT_NOFILE, the soft one; Infinity without a limit. */
  readonly maxFds: number | null;
  readonly voluntarySwitches: number | null;
  readonly involuntarySwitches: number | null;
}

/** A metric of one process under both of its names, so that what a name means is said once. */
export interface ProcessMetric {
  /** github.com/open-telemetry/semantic-conventions, docs/system/process-metrics.md; null where it has none. */
  readonly otel: {
    readonly name: string;
    readonly unit: string;
    readonly kind: "counter" | "updown" | "gauge";
    readonly attribute: string | null;
  } | null;
  /** Null where Prometheus has it from another one. */
  readonly prometheus: {
    readonly name: string;
    readonly type: "counter" | "gauge";
    readonly label: string | null;
  } | null;
  readonly help: string;
  /** By the value of the attribute and label; by "" where there is none. `now` is when the process was looked at. */
  readonly values: Readonly<Record<string, (figures: ProcessFigures, now: number) => number | null>>;
}

export const processMetrics: readonly ProcessMetric[] = [
  {
    otel: { name: "process.cpu.time", unit: "s", kind: "counter", attribute: "cpu.mode" },
    prometheus: { name: "sexton_process_cpu_seconds_total", type: "counter", label: "mode" },
    help: "CPU time of a process.",
    values: {
      user: ({ process }) => process.userSeconds,
      system: ({ process }) => process.systemSeconds,
    },
  },
  {
    otel: { name: "process.memory.usage", unit: "By", kind: "updown", attribute: null },
    prometheus: { name: "sexton_process_resident_memory_bytes", type: "gauge", label: null },
    help: "Physical memory of a process (RSS), with what it shares with others.",
    values: { "": ({ process }) => process.rssBytes },
  },
  {
    otel: { name: "process.memory.virtual", unit: "By", kind: "updown", attribute: null },
    prometheus: { name: "sexton_process_virtual_memory_bytes", type: "gauge", label: null },
    help: "Size of a process's address space.",
    values: { "": ({ process }) => process.virtualBytes },
  },
  {
    otel: { name: "process.thread.count", unit: "{thread}", kind: "updown", attribute: null },
    prometheus: { name: "sexton_process_threads", type: "gauge", label: null },
    help: "Threads of a process.",
    values: { "": ({ process }) => process.threads },
  },
  {
    otel: {
      name: "process.unix.file_descriptor.count",
      unit: "{file_descriptor}",
      kind: "updown",
      attribute: null,
    },
    prometheus: { name: "sexton_process_open_fds", type: "gauge", label: null },
    help: "File descriptors that a process has open.",
    values: { "": ({ openFds }) => openFds },
  },
  {
    otel: null,
    prometheus: { name: "sexton_process_max_fds", type: "gauge", label: null },
    help: "File descriptors that a process may have open: its soft limit.",
    values: { "": ({ maxFds }) => maxFds },
  },
  {
    otel: {
      name: "process.context_switches",
      unit: "{context_switch}",
      kind: "counter",
      attribute: "process.context_switch.type",
    },
    prometheus: { name: "sexton_process_context_switches_total", type: "counter", label: "type" },
    help: "Context switches of a process's first thread, which are all that its status tells.",
    values: {
      voluntary: ({ voluntarySwitches }) => voluntarySwitches,
      involuntary: ({ involuntarySwitches }) => involuntarySwitches,
    },
  },
  {
    otel: { name: "process.paging.faults", unit: "{fault}", kind: "counter", attribute: "system.paging.fault.type" },
    prometheus: { name: "sexton_process_page_faults_total", type: "counter", label: "type" },
    help: "Page faults of a process; major ones had to wait for a disk.",
    values: {
      minor: ({ process }) => process.minorFaults,
      major: ({ process }) => process.majorFaults,
    },
  },
  {
    otel: { name: "process.uptime", unit: "s", kind: "gauge", attribute: null },
    prometheus: null,
    help: "How long a process has been running.",
    values: { "": ({ process }, now) => Math.max(0, now - process.startedAt) / 1000 },
  },
  {
    otel: null,
    prometheus: { name: "sexton_process_start_time_seconds", type: "gauge", label: null },
    help: "When a process was started, in seconds since the epoch.",
    values: { "": ({ process }) => Math.round(process.startedAt) / 1000 },
  },
];

/** The attributes of the process and container entities: pid and creation time are what identifies a process. */
export function processAttributes({ process }: ProcessFigures): Readonly<Record<string, string | number>> {
  const { pid, startedAt, facts, name, container } = process;
  return {
    "process.pid": pid,
    "process.creation.time": new Date(startedAt).toISOString(),
    "process.executable.name": exeName(facts) ?? name,
    ...containerAttributes(container),
  };
}

/**
 * registry/attributes/container.md and k8s.md of the semantic conventions. The name is the manifest's, which is what
 * k8s.container.name means; where no pod is known, it is the runtime's at best. What is not known is left out.
 */
export function containerAttributes(container: ContainerRef | null): Readonly<Record<string, string>> {
  const { id, name, pod } = container ?? {};
  const known = {
    "container.id": id,
    "container.name": name,
    "k8s.container.name": pod ? name : null,
    "k8s.pod.uid": pod?.uid,
    "k8s.pod.name": pod?.name,
    "k8s.namespace.name": pod?.namespace,
  };
  return Object.fromEntries(Object.entries(known).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** The labels of a process in /metrics. */
export function processLabels({ process, container }: ProcessFigures): Labels {
  return { pid: `${process.pid}`, name: process.name, ...placeLabels(container) };
}

/** Which processes are told one by one; `top`: those that use most. */
export interface ProcessChoice {
  readonly perProcess: "off" | "top" | "all";
  /** How many by CPU, and as many by memory. */
  readonly top: number;
}

/** Threads of the kernel are no processes to whoever looks after a pod; their names change with what they work at. */
export function chooseProcesses(processes: readonly Process[], { perProcess, top }: ProcessChoice): Process[] {
  if (perProcess === "off") return [];
  const all = processes.filter(({ kernelThread }) => !kernelThread);
  if (perProcess === "all" || all.length <= top) return all;
  const byCpu = all.toSorted((a, b) => pace(b) - pace(a) || b.cpuSeconds - a.cpuSeconds || a.pid - b.pid);
  const byMemory = all.toSorted((a, b) => b.rssBytes - a.rssBytes || a.pid - b.pid);
  const chosen = new Set([...byCpu.slice(0, top), ...byMemory.slice(0, top)]);
  return all.filter((process) => chosen.has(process));
}

/**
 * The CPU seconds of ten seconds like the last ones, but no more than it has used at all: what has just been born and
 * was busy for a moment does not push out those that are busy all the time.
 */
function pace({ cpuPercent, cpuSeconds }: Process): number {
  return Math.min(cpuPercent / 10, cpuSeconds);
}
