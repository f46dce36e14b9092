import type { Clock } from "#base/clock.ts";
import { createContainerNames } from "#daemon/container-names.ts";
import { readFacts } from "#daemon/facts.ts";
import { bootTimeMs } from "#kernel/boot-time.ts";
import { gone, isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { PF_KTHREAD, type ProcStat, readStat } from "#kernel/procfs/stat.ts";
import { pageBytes, ticksPerSecond } from "#kernel/units.ts";
import type { ProcessFacts, Sighting } from "#process/process.ts";
import { hasEnded, stateOf } from "#process/state.ts";
import { buildTable, type ProcessTable, type Surroundings } from "#process/table.ts";

/** A list, a scrape and an export within this time share one scan. */
const freshMs = 250;
/** The least time that CPU use is measured over: at 1/100 s a tick, less would be noise. */
const cpuWindowMs = 1_000;
/** How long a new process is taken to be still setting itself up: its name, arguments and user change then. */
const settlingMs = 2_000;
/** Facts that are read again at each scan without a reason, in turn: the net under the reasons. */
const auditsPerScan = 16;

interface Entry {
  startTicks: number;
  facts: ProcessFacts;
  factsStat: ProcStat;
  cpu: { at: number; ticks: number; percent: number };
  generation: number;
}

export interface Observer {
  /** The newest table; scans when it is older than 250 ms, or than `maxAgeMs`. */
  table(maxAgeMs?: number): ProcessTable;
}

export function createObserver(root: ProcRoot, clock: Clock, surroundings: Surroundings): Observer {
  const entries = new Map<number, Entry>();
  const containersOf = createContainerNames(root, surroundings.selfPid);
  let generation = 0;
  let auditAt = 0;
  let bootedAt = 0;
  let latest: ProcessTable | null = null;

  function scan(now: number): ProcessTable {
    generation++;
    bootedAt = bootTimeOf(now, bootTimeMs(root), bootedAt);
    const pids = root.pids();
    const audited = new Set(Array.from({ length: Math.min(auditsPerScan, pids.length) }, nextAudit(pids)));
    const sightings: Sighting[] = [];
    let unreadable = 0;
    for (const pid of pids) {
      const stat = readStat(root, pid);
      if (stat === gone) continue;
      if (stat === null || isUnread(stat)) unreadable++;
      else sightings.push(sight(stat, now, audited.has(pid)));
    }
    if (entries.size > sightings.length) {
      for (const [pid, entry] of entries) if (entry.generation !== generation) entries.delete(pid);
    }
    return buildTable({ observedAt: now, sightings, unreadable }, surroundings, containersOf(sightings, now));
  }

  function nextAudit(pids: readonly number[]): () => number | undefined {
    return () => pids[auditAt++ % pids.length];
  }

  function sight(stat: ProcStat, now: number, audit: boolean): Sighting {
    const startedAt = bootedAt + (stat.startTicks * 1000) / ticksPerSecond;
    const entry = entryOf(stat, now, startedAt, audit);
    return {
      pid: stat.pid,
      startTicks: stat.startTicks,
      ppid: stat.ppid,
      name: stat.comm,
      state: stateOf(stat.state),
      kernelThread: (stat.flags & PF_KTHREAD) !== 0,
      threads: stat.threads,
      cpuSeconds: (stat.userTicks + stat.systemTicks) / ticksPerSecond,
      cpuPercent: entry.cpu.percent,
      rssBytes: stat.rssPages * pageBytes,
      virtualBytes: stat.virtualBytes,
      startedAt,
      facts: entry.facts,
    };
  }

  function entryOf(stat: ProcStat, now: number, startedAt: number, audit: boolean): Entry {
    const ticks = stat.userTicks + stat.systemTicks;
    const ended = hasEnded(stateOf(stat.state));
    const known = entries.get(stat.pid);
    if (!known || known.startTicks !== stat.startTicks) {
      const percent = percentOf(ticks, now - startedAt);
      const facts = readFacts(root, stat.pid, null, ended);
      const entry = {
        startTicks: stat.startTicks,
        facts,
        factsStat: stat,
        cpu: { at: now, ticks, percent },
        generation,
      };
      entries.set(stat.pid, entry);
      return entry;
    }
    known.generation = generation;
    if (now - known.cpu.at >= cpuWindowMs) {
      known.cpu = { at: now, ticks, percent: percentOf(ticks - known.cpu.ticks, now - known.cpu.at) };
    }
    if (audit || now - startedAt < settlingMs || hasRun(stat, known.factsStat)) {
      known.facts = readFacts(root, stat.pid, known.facts, ended);
      known.factsStat = stat;
    }
    return known;
  }

  return {
    table(maxAgeMs = freshMs) {
      const now = clock();
      if (!latest || Math.abs(now - latest.observedAt) >= maxAgeMs) latest = scan(now);
      return latest;
    },
  };
}

/** A process that changes its arguments, user or program has run, and that shows in its counters. */
function hasRun(now: ProcStat, before: ProcStat): boolean {
  return (
    now.userTicks + now.systemTicks !== before.userTicks + before.systemTicks ||
    now.minorFaults !== before.minorFaults ||
    now.comm !== before.comm
  );
}

function percentOf(ticks: number, elapsedMs: number): number {
  return elapsedMs <= 0 ? 0 : Math.round((ticks / ticksPerSecond / elapsedMs) * 1_000_000) / 10;
}

/**
 * When the machine started, from two clocks read one after the other. Kept between scans, so that a process's start
 * time stays the same to the millisecond; taken anew when the wall clock was set.
 */
function bootTimeOf(now: number, sinceBootMs: number, before: number): number {
  const bootedAt = now - sinceBootMs;
  return Math.abs(bootedAt - before) > 100 ? bootedAt : before;
}
