import { readChildren } from "#kernel/procfs/children.ts";
import { readCmdline } from "#kernel/procfs/cmdline.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { isExiting, readStat } from "#kernel/procfs/stat.ts";
import { ticksPerSecond } from "#kernel/units.ts";
import type { Activity } from "#policy/evidence/quiet.ts";
import type { Worker } from "#policy/evidence/workers.ts";
import type { ProcessId } from "#process/identity.ts";
import { commandLine, type Process } from "#process/process.ts";

export interface WorkerReader {
  /** The master's children, and those of `known` that are still there, whoever their parent is. */
  read(master: Process, known: readonly ProcessId[]): Worker[];
}

/** `childrenOf` is for kernels that do not list children; titles are read where they are asked for. */
export function createWorkerReader(
  root: ProcRoot,
  childrenOf: (pid: number) => readonly number[],
  withTitles: boolean,
): WorkerReader {
  return {
    read(master, known) {
      const listed = readChildren(root, master.pid, master.threads);
      const pids = new Set([
        ...(isUnread(listed) ? childrenOf(master.pid) : listed),
        // The kernel's list may miss one, and a worker whose master has ended is somebody else's child.
        ...known.map(({ pid }) => pid),
      ]);
      const starts = new Map(known.map(({ pid, startTicks }) => [pid, startTicks]));
      return [...pids].flatMap((pid) => {
        const worker = readWorker(root, pid, master, withTitles);
        if (worker === null) return [];
        // A pid that was used again is somebody new, and nobody's worker unless the master's.
        const isKnown = starts.get(pid) === worker.startTicks;
        return isKnown || worker.ppid === master.pid ? [worker] : [];
      });
    },
  };
}

function readWorker(
  root: ProcRoot,
  pid: number,
  master: Process,
  withTitle: boolean,
): (Worker & { readonly ppid: number }) | null {
  const stat = readStat(root, pid);
  if (stat === null || isUnread(stat)) return null;
  const line = withTitle ? readCmdline(root, pid, 1_024) : null;
  // A fork has the master's layout, and then its executable too.
  const exe = stat.layout === null || stat.layout !== master.layout ? root.readLink(pid, "exe") : null;
  return {
    pid,
    startTicks: stat.startTicks,
    ppid: stat.ppid,
    name: stat.comm,
    title: line === null || isUnread(line) ? stat.comm : line.args.join(" "),
    exe: exe === null || isUnread(exe) ? null : exe,
    layout: stat.layout,
    ended: (stat.state === "Z" && stat.threads <= 1) || stat.state === "X" || isExiting(stat),
    activity: {
      isBusy: stat.state === "R" || stat.state === "D",
      cpuSeconds: (stat.userTicks + stat.systemTicks) / ticksPerSecond,
    },
  };
}

export function masterOf(process: Process): Worker {
  const { pid, startTicks, name, facts, layout } = process;
  return {
    pid,
    startTicks,
    name,
    title: commandLine(process),
    exe: facts.exe,
    layout,
    ended: false,
    activity: activityOf(process),
  };
}

export function activityOf({ state, cpuSeconds }: Pick<Process, "state" | "cpuSeconds">): Activity {
  return { isBusy: state === "running" || state === "disk-sleep", cpuSeconds };
}
