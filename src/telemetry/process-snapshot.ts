import type { Usage } from "#daemon/usage.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";
import { containerLabels } from "#telemetry/container-labels.ts";
import { chooseProcesses, type ProcessChoice, type ProcessFigures } from "#telemetry/process-metrics.ts";
import type { Fds, ProcessSum, ProcessSums } from "#telemetry/process-sums.ts";

/** What metrics tell of processes at one moment, for whoever exports them. */
export interface ProcessSnapshot {
  /** Milliseconds since the epoch. */
  readonly observedAt: number;
  /** Whether processes are told one by one at all. */
  readonly perProcess: boolean;
  /** Those that are. */
  readonly shown: readonly ProcessFigures[];
  readonly sums: readonly ProcessSum[];
  readonly unreadable: number;
}

export interface ProcessSnapshots {
  /** Of this table, or of the newest scan, which serves for 250 ms. */
  take(table?: ProcessTable): ProcessSnapshot;
  /** The label `container`, by container key, as the last snapshot had it. */
  labels(): ReadonlyMap<string, string>;
}

interface Means {
  readonly table: () => ProcessTable;
  readonly usage: Usage;
  readonly sums: ProcessSums;
  readonly choice: () => ProcessChoice;
}

export function createProcessSnapshots({ table, usage, sums, choice }: Means): ProcessSnapshots {
  /** Goes when the table goes, which may be as large. */
  const taken = new WeakMap<ProcessTable, ProcessSnapshot>();
  let labels: ReadonlyMap<string, string> = new Map();

  function look(from: ProcessTable): ProcessSnapshot {
    const { processes, containers, byPid, observedAt, unreadable } = from;
    const { perProcess, top } = choice();
    const shown = new Set(chooseProcesses(processes, { perProcess, top }));
    labels = containerLabels(containers.values());
    const containerOf = ({ container }: Process) => (container === null ? "" : (labels.get(container.key) ?? ""));
    const files = new Map<Process, Fds>();
    const fdsOf = (process: Process): Fds => {
      // Before Linux 6.2 they must be listed, which takes as long as there are many: then only who is shown is asked.
      const open = usage.countsFds || shown.has(process) ? usage.openFds(process) : null;
      const fds = { open, limit: usage.maxFds(process) };
      if (shown.has(process)) files.set(process, fds);
      return fds;
    };
    const summed = sums.look(processes, containerOf, fdsOf);
    usage.forget((pid) => byPid.has(pid));
    return {
      observedAt,
      perProcess: perProcess !== "off",
      shown: [...shown].map((process) => {
        const fds = files.get(process);
        const switches = usage.switches(process);
        return {
          process,
          container: containerOf(process),
          openFds: fds?.open ?? null,
          maxFds: fds?.limit ?? null,
          voluntarySwitches: switches?.voluntary ?? null,
          involuntarySwitches: switches?.involuntary ?? null,
        };
      }),
      sums: summed,
      unreadable,
    };
  }

  return {
    labels: () => labels,
    take(from = table()) {
      const snapshot = taken.get(from) ?? look(from);
      taken.set(from, snapshot);
      return snapshot;
    },
  };
}
