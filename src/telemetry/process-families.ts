import { placeLabels } from "#telemetry/container-labels.ts";
import { type MetricFamily, type Sample, writeLabels } from "#telemetry/exposition.ts";
import { type ProcessMetric, processLabels, processMetrics } from "#telemetry/process-metrics.ts";
import type { ProcessSnapshot } from "#telemetry/process-snapshot.ts";
import type { ProcessSum } from "#telemetry/process-sums.ts";

/**
 * `sexton_process_…` is one process, `sexton_processes_…` are all of one name in one container: whoever cannot afford a
 * series for each pid leaves the former out and has the latter still. Plain `process_…` would be sexton itself by
 * Prometheus's convention, and `container_…` is the kubelet's.
 */
export function processFamilies(snapshot: ProcessSnapshot): MetricFamily[] {
  return [...sumFamilies(snapshot), ...(snapshot.perProcess ? singleFamilies(snapshot) : [])];
}

function singleFamilies({ observedAt, shown }: ProcessSnapshot): MetricFamily[] {
  const rows = shown.map((figures) => ({ figures, common: writeLabels(processLabels(figures)) }));
  const families = processMetrics.flatMap(({ prometheus, help, values }): MetricFamily[] => {
    if (prometheus === null) return [];
    const { name, type, label } = prometheus;
    return [{ name, type, help, samples: samplesOf(label, values) }];
  });
  return [
    ...families,
    {
      name: "sexton_process_state",
      type: "gauge",
      help: "1 for the state that a process is in.",
      samples: rows.map(({ figures, common }) => ({ common, labels: { state: figures.process.state }, value: 1 })),
    },
  ];

  /** One after the other, as they are written: there may be tens of thousands. */
  function* samplesOf(label: string | null, values: ProcessMetric["values"]): Generator<Sample> {
    const reads = Object.entries(values).map(([key, read]) => ({
      read,
      ...(label !== null && { labels: { [label]: key } }),
    }));
    for (const { figures, common } of rows) {
      for (const { read, labels } of reads) {
        const value = read(figures, observedAt);
        if (value !== null) yield labels ? { common, labels, value } : { common, value };
      }
    }
  }
}

interface Row {
  readonly sum: ProcessSum;
  readonly common: string;
}

function sumFamilies({ sums, unreadable }: ProcessSnapshot): MetricFamily[] {
  const rows: Row[] = sums.map((sum) => ({
    sum,
    common: writeLabels({ ...placeLabels(sum.container), name: sum.name }),
  }));
  const present = (read: (present: NonNullable<ProcessSum["present"]>) => number | null) =>
    rows.flatMap(({ sum, common }) => {
      const value = sum.present && read(sum.present);
      return value === null ? [] : [{ common, value }];
    });
  const used = (label: string, values: Readonly<Record<string, keyof ProcessSum["used"]>>) =>
    rows.flatMap(({ sum, common }) =>
      Object.entries(values).map(([key, counter]) => ({
        common,
        labels: { [label]: key },
        // Seconds are hundredths; the sum of many has a tail of binary fractions.
        value: Math.round(sum.used[counter] * 100) / 100,
      })),
    );
  return [
    {
      name: "sexton_processes",
      type: "gauge",
      help: "Processes by container, name and state.",
      samples: rows.flatMap(({ sum, common }) =>
        [...(sum.present?.states ?? [])].map(([state, value]) => ({ common, labels: { state }, value })),
      ),
    },
    {
      name: "sexton_processes_unreadable",
      type: "gauge",
      help: "Processes that are listed and could not be read.",
      samples: [{ value: unreadable }],
    },
    {
      name: "sexton_processes_cpu_seconds_total",
      type: "counter",
      help: "CPU time by container and name, also of processes that have ended since; not what one used between the last look at it and its end.",
      samples: used("mode", { user: "userSeconds", system: "systemSeconds" }),
    },
    {
      name: "sexton_processes_resident_memory_bytes",
      type: "gauge",
      help: "Physical memory (RSS) by container and name. What processes share counts in each.",
      samples: present(({ rssBytes }) => rssBytes),
    },
    {
      name: "sexton_processes_threads",
      type: "gauge",
      help: "Threads by container and name.",
      samples: present(({ threads }) => threads),
    },
    {
      name: "sexton_processes_open_fds",
      type: "gauge",
      help: "Open file descriptors by container and name, of processes that tell.",
      samples: present(({ openFds }) => openFds),
    },
    {
      name: "sexton_processes_worst_fd_ratio",
      type: "gauge",
      help: "Open file descriptors to the soft limit, of the process that is nearest to it.",
      samples: present(({ worstFdRatio }) => worstFdRatio),
    },
    {
      name: "sexton_processes_page_faults_total",
      type: "counter",
      help: "Page faults by container and name, counted as the CPU time is.",
      samples: used("type", { minor: "minorFaults", major: "majorFaults" }),
    },
    {
      name: "sexton_processes_oldest_start_time_seconds",
      type: "gauge",
      help: "When the oldest process was started, in seconds since the epoch.",
      samples: present(({ oldestStart }) => Math.round(oldestStart) / 1000),
    },
    {
      name: "sexton_process_exits_total",
      type: "counter",
      help: "Processes that have ended, by how; of some the kernel does not tell.",
      samples: rows.flatMap(({ sum, common }) =>
        sum.exits.map(({ how, count: value }) => ({ common, labels: how, value })),
      ),
    },
  ];
}
