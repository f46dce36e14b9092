import type { Clock } from "#base/clock.ts";
import type { UsedUp } from "#daemon/usage.ts";
import type { ProcessId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";
import type { ProcessState } from "#process/state.ts";
import { type Labels, writeLabels } from "#telemetry/exposition.ts";
import { createKept, type KeptLimits } from "#telemetry/kept.ts";

/** The processes of one name in one container together. */
export interface ProcessSum {
  readonly container: string;
  readonly name: string;
  /** Null: there are none now. Zombies are there too. */
  readonly present: Present | null;
  /** By all of them, with those that have ended as far as they were looked at. */
  readonly used: UsedUp;
  readonly exits: readonly Exits[];
}

/** How many have ended in one way: `{ reason: "exited", code: "0" }`, `{ reason: "signaled", signal: "SIGKILL" }`. */
interface Exits {
  readonly how: Labels;
  readonly count: number;
}

interface Present {
  readonly states: ReadonlyMap<ProcessState, number>;
  readonly rssBytes: number;
  readonly threads: number;
  /** Milliseconds since the epoch. */
  readonly oldestStart: number;
  /** Null: nobody's can be told. */
  readonly openFds: number | null;
  /** Of those that may be open, by whoever is nearest to its limit. */
  readonly worstFdRatio: number | null;
}

export interface Fds {
  readonly open: number | null;
  readonly limit: number | null;
}

export interface ProcessSums {
  /** Adds what has been used since the look before. */
  look(processes: readonly Process[], containerOf: (process: Process) => string, fdsOf: FdsOf): ProcessSum[];
  /** One that has ended; `last` is what it had used up by then, where that could still be read. */
  ended(process: Process, container: string, last: UsedUp | null): void;
  /** It has been collected: a table that still has it is older than that. */
  gone(process: ProcessId): void;
  exited(name: string, container: string, how: Labels): void;
}

type FdsOf = (process: Process) => Fds;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Sum {
  readonly container: string;
  readonly name: string;
  readonly used: Mutable<UsedUp>;
  readonly exits: Map<string, Mutable<Exits>>;
  present: PresentSum;
}

interface PresentSum extends Mutable<Present> {
  states: Map<ProcessState, number>;
}

/** What of a process is in a sum. */
interface Counted extends Mutable<UsedUp> {
  readonly startTicks: number;
  /** The last look did not find it. */
  missed: boolean;
}

/** Ways to end that a sum tells apart: an app may use any exit code, and all of them. */
const mostWays = 32;
/** Far more than are collected between a scan and its use. */
const mostGone = 4_096;
const counters = ["userSeconds", "systemSeconds", "minorFaults", "majorFaults"] as const;

/**
 * Sums that never fall: one over the living would with each that ends, and Prometheus would take that for a restart. So
 * what a process has used since it was last looked at is added to the sum of the name that it has by then.
 */
export function createProcessSums(clock: Clock, limits?: KeptLimits): ProcessSums {
  const sums = createKept(newSum, clock, limits);
  const counted = new Map<number, Counted>();
  /** By pid, when it was started; who went first comes first. */
  const gone = new Map<number, number>();

  /** Where there are too many names they are not told apart any more. */
  function sumOf(container: string, name: string, find = sums.of): Sum {
    return find(`${container}\0${name}`) ?? sums.need(`${container}\0`);
  }

  function count(sum: Sum, { pid, startTicks }: ProcessId, now: UsedUp): void {
    if (gone.get(pid) === startTicks) return;
    const known = counted.get(pid);
    const before = known?.startTicks === startTicks ? known : { startTicks, missed: false, ...nothing };
    if (before !== known) counted.set(pid, before);
    for (const key of counters) {
      sum.used[key] += Math.max(0, now[key] - before[key]);
      before[key] = Math.max(now[key], before[key]);
    }
  }

  /** Who ended after the table was made is not in it, and may still be in the next one as a zombie. */
  function forget(isThere: (pid: number) => boolean): void {
    for (const [pid, entry] of counted) {
      const wasMissed = entry.missed;
      entry.missed = !isThere(pid);
      if (wasMissed && entry.missed) counted.delete(pid);
    }
  }

  return {
    look(processes, containerOf, fdsOf) {
      const there = new Set<number>();
      const seen = new Set<Sum>();
      for (const process of processes) {
        if (process.kernelThread) continue;
        there.add(process.pid);
        const sum = sumOf(containerOf(process), process.name, sums.use);
        if (!seen.has(sum)) sum.present = newPresent();
        seen.add(sum);
        addPresent(sum.present, process, fdsOf(process));
        count(sum, process, process);
      }
      forget((pid) => there.has(pid));
      sums.settle((sum) => seen.has(sum));
      return sums.values().map((sum) => ({
        ...sum,
        present: seen.has(sum) ? sum.present : null,
        used: { ...sum.used },
        exits: [...sum.exits.values()].map((exits) => ({ ...exits })),
      }));
    },
    ended(process, container, last) {
      count(sumOf(container, process.name), process, last ?? process);
    },
    gone({ pid, startTicks }) {
      counted.delete(pid);
      gone.delete(pid);
      gone.set(pid, startTicks);
      if (gone.size > mostGone) gone.delete(gone.keys().next().value as number);
    },
    exited(name, container, how) {
      const { exits } = sumOf(container, name);
      const way = writeLabels(how);
      const [key, told] = exits.has(way) || exits.size < mostWays ? [way, how] : ["", { reason: "other" }];
      const entry = exits.get(key) ?? { how: told, count: 0 };
      entry.count++;
      exits.set(key, entry);
    },
  };
}

const nothing: UsedUp = { userSeconds: 0, systemSeconds: 0, minorFaults: 0, majorFaults: 0 };

function newSum(key: string): Sum {
  const [container = "", name = ""] = key.split("\0");
  return { container, name, used: { ...nothing }, exits: new Map(), present: newPresent() };
}

function newPresent(): PresentSum {
  const oldestStart = Number.POSITIVE_INFINITY;
  return { states: new Map(), rssBytes: 0, threads: 0, oldestStart, openFds: null, worstFdRatio: null };
}

function addPresent(sum: PresentSum, process: Process, { open, limit }: Fds): void {
  sum.states.set(process.state, (sum.states.get(process.state) ?? 0) + 1);
  sum.rssBytes += process.rssBytes;
  sum.threads += process.threads;
  sum.oldestStart = Math.min(sum.oldestStart, process.startedAt);
  if (open === null) return;
  sum.openFds = (sum.openFds ?? 0) + open;
  // Who may open none at all has been shut in on purpose.
  if (limit) sum.worstFdRatio = Math.max(sum.worstFdRatio ?? 0, open / limit);
}
