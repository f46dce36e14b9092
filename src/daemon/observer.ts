import type { Clock } from "#base/clock.ts";
import { createContainerNames } from "#daemon/container-names.ts";
import { readFacts } from "#daemon/facts.ts";
import { bootTimeMs } from "#kernel/boot-time.ts";
import { gone, isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { isKernelThread, type ProcStat, rereadStat, type StatLine } from "#kernel/procfs/stat.ts";
import { pageBytes, ticksPerSecond } from "#kernel/units.ts";
import type { ProcessId } from "#process/identity.ts";
import type { Process, ProcessFacts, Sighting } from "#process/process.ts";
import { stateOf } from "#process/state.ts";
import { buildTable, type ProcessTable, placeOne, type Surroundings } from "#process/table.ts";

/** A list, a scrape and an export within this time share one scan. */
const freshMs = 250;
/** The least time that CPU use is measured over: at 1/100 s a tick, less would be noise. */
const cpuWindowMs = 1_000;
/** How long a new process is taken to be still setting itself up: its name, arguments and user change then. */
const settlingMs = 2_000;
/** Facts that are read again at each scan without a reason, in turn: the net under the reasons. */
const auditsPerScan = 16;

/** What is kept of a process between scans. */
interface Entry {
  line: StatLine;
  sighting: Sighting;
  /** The process as it was when its facts were read. */
  factsStat: ProcStat;
  cpuAt: number;
  cpuTicks: number;
  generation: number;
}

export interface Observer {
  /** The newest table; scans when it is older than 250 ms, or than `maxAgeMs`. */
  table(maxAgeMs?: number): ProcessTable;
  /** One process as it is now, at its place; null when it is gone. What changes seldom is read if it has run since. */
  look(pid: number): Process | null;
  /** Told by the watcher: it is gone, and `live` is to do without it. */
  forget(process: ProcessId): void;
  /** The newest scan with what was looked at and forgotten since: as good as a scan while the watcher runs, and cheaper. */
  live(): ProcessTable;
  /** Tells every scan, whoever asked for it: the watcher compares it with what it knows. */
  onScan(listener: (table: ProcessTable) => void): void;
}

export function createObserver(root: ProcRoot, clock: Clock, surroundings: Surroundings): Observer {
  const entries = new Map<number, Entry>();
  const names = createContainerNames(root, surroundings.selfPid);
  const listeners: ((table: ProcessTable) => void)[] = [];
  /** Processes that were looked at since the last scan. */
  const recent = new Map<number, Process>();
  /** By pid, the start time of who is gone since. */
  const forgotten = new Map<number, number>();
  let generation = 0;
  let auditAt = 0;
  let bootedAt = 0;
  let latest: ProcessTable | null = null;

  function scan(now: number): ProcessTable {
    generation++;
    bootedAt = bootTimeOf(now, bootTimeMs(root), bootedAt);
    const pids = root.pids();
    const isAudited = nextAudits(pids.length);
    const sightings: Sighting[] = [];
    let unreadable = 0;
    for (const [index, pid] of pids.entries()) {
      const known = entries.get(pid);
      const line = rereadStat(root, pid, known?.line);
      if (line === gone) continue;
      if (line === null || isUnread(line)) unreadable++;
      else if (known?.sighting.startTicks === line.stat.startTicks) {
        sightings.push(sightAgain(known, line, now, isAudited(index) || isSettling(line.stat, now)));
      } else sightings.push(sightFirst(line, now));
    }
    if (entries.size > sightings.length) {
      for (const [pid, entry] of entries) if (entry.generation !== generation) entries.delete(pid);
    }
    return buildTable({ observedAt: now, sightings, unreadable }, surroundings, names.all(sightings, now));
  }

  /** Which places of a listing are this scan's turn; the turns go round. */
  function nextAudits(length: number): (index: number) => boolean {
    const first = auditAt % Math.max(length, 1);
    auditAt = first + auditsPerScan;
    return (index) => (index < first ? index + length : index) - first < auditsPerScan;
  }

  function sightFirst(line: StatLine, now: number): Sighting {
    const { stat } = line;
    const startedAt = startOf(stat, bootedAt);
    const facts = readFacts(root, stat, null);
    const sighting = sightingOf(stat, startedAt, percentOf(ticksOf(stat), now - startedAt), facts);
    entries.set(stat.pid, { line, sighting, factsStat: stat, cpuAt: now, cpuTicks: ticksOf(stat), generation });
    return sighting;
  }

  function isSettling(stat: ProcStat, now: number): boolean {
    return now - startOf(stat, bootedAt) < settlingMs;
  }

  function sightAgain(entry: Entry, line: StatLine, now: number, reread: boolean): Sighting {
    const { stat } = line;
    const before = entry.sighting;
    const startedAt = startOf(stat, bootedAt);
    const cpuPercent = Math.abs(now - entry.cpuAt) >= cpuWindowMs ? measureCpu(entry, stat, now) : before.cpuPercent;
    const mayHaveChanged = reread || hasRun(stat, entry.factsStat);
    const facts = mayHaveChanged ? rereadFacts(entry, stat) : before.facts;
    entry.generation = generation;
    // Most processes sleep from one scan to the next. A new object for each would only make garbage.
    const same = line === entry.line && startedAt === before.startedAt && cpuPercent === before.cpuPercent;
    if (same && facts === before.facts) return before;
    entry.line = line;
    entry.sighting = sightingOf(stat, startedAt, cpuPercent, facts);
    return entry.sighting;
  }

  function rereadFacts(entry: Entry, stat: ProcStat): ProcessFacts {
    entry.factsStat = stat;
    return readFacts(root, stat, entry.sighting.facts);
  }

  function table(maxAgeMs = freshMs): ProcessTable {
    const now = clock();
    if (latest && Math.abs(now - latest.observedAt) < maxAgeMs) return latest;
    latest = scan(now);
    recent.clear();
    forgotten.clear();
    for (const listener of listeners) listener(latest);
    return latest;
  }

  return {
    table,
    look(pid) {
      const now = clock();
      const known = entries.get(pid);
      const line = rereadStat(root, pid, known?.line);
      if (line === null || isUnread(line)) return null;
      const same = known?.sighting.startTicks === line.stat.startTicks;
      const sighting = same ? sightAgain(known, line, now, false) : sightFirst(line, now);
      const container = names.one(sighting, now);
      const seen = { get: (other: number) => recent.get(other) ?? latest?.byPid.get(other) };
      const process = placeOne(sighting, surroundings, seen, {
        get: (key) => (container?.key === key ? container : latest?.containers.get(key)),
      });
      recent.set(pid, process);
      return process;
    },
    forget(process) {
      forgotten.set(process.pid, process.startTicks);
      if (recent.get(process.pid)?.startTicks === process.startTicks) recent.delete(process.pid);
    },
    live() {
      const scanned = latest ?? table(0);
      if (recent.size === 0 && forgotten.size === 0) return scanned;
      const byPid = new Map(scanned.byPid);
      for (const [pid, startTicks] of forgotten) if (byPid.get(pid)?.startTicks === startTicks) byPid.delete(pid);
      for (const process of recent.values()) byPid.set(process.pid, process);
      return { ...scanned, byPid, processes: [...byPid.values()] };
    },
    onScan: (listener) => void listeners.push(listener),
  };
}

function sightingOf(stat: ProcStat, startedAt: number, cpuPercent: number, facts: ProcessFacts): Sighting {
  return {
    pid: stat.pid,
    startTicks: stat.startTicks,
    ppid: stat.ppid,
    session: stat.session,
    name: stat.comm,
    state: stateOf(stat.state),
    kernelThread: isKernelThread(stat),
    threads: stat.threads,
    cpuSeconds: ticksOf(stat) / ticksPerSecond,
    cpuPercent,
    rssBytes: stat.rssPages * pageBytes,
    virtualBytes: stat.virtualBytes,
    startedAt,
    facts,
  };
}

/** A process that changes its arguments, user or program has run, and that shows in its counters. */
function hasRun(now: ProcStat, before: ProcStat): boolean {
  if (now === before) return false;
  return ticksOf(now) !== ticksOf(before) || now.minorFaults !== before.minorFaults || now.comm !== before.comm;
}

function measureCpu(entry: Entry, stat: ProcStat, now: number): number {
  const percent = percentOf(ticksOf(stat) - entry.cpuTicks, now - entry.cpuAt);
  entry.cpuTicks = ticksOf(stat);
  entry.cpuAt = now;
  return percent;
}

function ticksOf(stat: ProcStat): number {
  return stat.userTicks + stat.systemTicks;
}

function startOf(stat: ProcStat, bootedAt: number): number {
  return bootedAt + (stat.startTicks * 1000) / ticksPerSecond;
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
