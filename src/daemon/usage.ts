import type { Clock } from "#base/clock.ts";
import { readFdCount } from "#kernel/procfs/fd-count.ts";
import { readLimits } from "#kernel/procfs/limits.ts";
import { isUnread, orNull } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import { type ContextSwitches, readSwitches } from "#kernel/procfs/switches.ts";
import { ticksPerSecond } from "#kernel/units.ts";
import type { ProcessId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";

/** What a process has used of what never grows less. */
export interface UsedUp {
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
}

/** What metrics tell of a process and a scan does not read. Null: hidden, or it has ended. */
export interface Usage {
  openFds(process: Process): number | null;
  /** The soft RLIMIT_NOFILE; Infinity without a limit. As it was within the last two minutes. */
  maxFds(process: Process): number | null;
  switches(process: Process): ContextSwitches | null;
  /** What one that has ended has used up, as long as nobody has collected it. */
  usedUp(process: ProcessId): UsedUp | null;
  /** Forgets those that are no longer there; to be called now and then. */
  forget(isThere: (pid: number) => boolean): void;
  /** Whether the number of open files is told without listing them: since Linux 6.2. */
  readonly countsFds: boolean;
}

/** Limits change hardly ever, and to read them takes as long as all else. The pid spreads them over a minute. */
const limitMs = (pid: number) => 60_000 + (pid % 60) * 1_000;

export function createUsage(root: ProcRoot, clock: Clock): Usage {
  const limits = new Map<number, { startTicks: number; readAt: number; soft: number | null }>();

  function readSoftLimit(pid: number): number | null {
    const files = orNull(readLimits(root, pid))?.get("Max open files");
    return files ? (files.soft ?? Number.POSITIVE_INFINITY) : null;
  }

  return {
    countsFds: Number(orNull(root.size(process.pid, "fd"))) > 0,
    openFds: (process) => (hasEnded(process) ? null : orNull(readFdCount(root, process.pid))),
    maxFds(process) {
      if (hasEnded(process)) return null;
      const { pid, startTicks } = process;
      const now = clock();
      const known = limits.get(pid);
      if (known?.startTicks === startTicks && Math.abs(now - known.readAt) < limitMs(pid)) return known.soft;
      const soft = readSoftLimit(pid);
      limits.set(pid, { startTicks, readAt: now, soft });
      return soft;
    },
    switches: (process) => (hasEnded(process) ? null : orNull(readSwitches(root, process.pid))),
    usedUp({ pid, startTicks }) {
      const stat = readStat(root, pid);
      if (stat === null || isUnread(stat) || stat.startTicks !== startTicks) return null;
      const { userTicks, systemTicks, minorFaults, majorFaults } = stat;
      return {
        userSeconds: userTicks / ticksPerSecond,
        systemSeconds: systemTicks / ticksPerSecond,
        minorFaults,
        majorFaults,
      };
    },
    forget(isThere) {
      for (const pid of limits.keys()) if (!isThere(pid)) limits.delete(pid);
    },
  };
}
