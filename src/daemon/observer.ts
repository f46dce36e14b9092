import type { Clock } from "#base/clock.ts";
import { createContainerNames } from "#daemon/containers/names.ts";
import { type KnownFacts, readFacts } from "#daemon/facts.ts";
import { noPodNames, type PodNames } from "#daemon/pods/pod-names.ts";
import { bootTimeOf, hasRun, percentOf, sightingOf, startOf, ticksOf } from "#daemon/sighting.ts";
import { bootTimeMs } from "#kernel/boot-time.ts";
import { type Pidfd, pidfdOwner } from "#kernel/pidfd.ts";
import { gone, isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { type ProcStat, rereadStat, type StatLine } from "#kernel/procfs/stat.ts";
import type { ProcessId } from "#process/identity.ts";
import type { Process, ProcessFacts, Sighting } from "#process/process.ts";
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
  /**
   * One process as it is now, at its place; null when it is gone. What changes seldom is read if it has run since, or
   * when `anew` is set.
   */
  look(pid: number, anew?: boolean): Process | null;
  /** One that was born a moment ago: what it has from its parent, and what the pidfd tells, is not read. */
  meet(pid: number, pidfd: Pidfd | null): Process | null;
  /** Told by the watcher: it is gone, and `live` is to do without it. */
  forget(process: ProcessId): void;
  /** The newest scan with what was looked at and forgotten since: as good as a scan while the watcher runs, and cheaper. */
  live(): ProcessTable;
  /** Told that all have been looked at one by one: then what is known is as good as a scan, and is told as one. */
  complete(): void;
  /**
   * Tells every scan, whoever asked for it: the watcher compares it with what it knows. Null: what was looked at one by
   * one is told as a scan.
   */
  onScan(listener: (table: ProcessTable, tookMs: number | null) => void): void;
}

export function createObserver(
  root: ProcRoot,
  clock: Clock,
  surroundings: Surroundings,
  pods: PodNames = noPodNames,
): Observer {
  const entries = new Map<number, Entry>();
  const names = createContainerNames(root, surroundings.selfPid, pods);
  const listeners: Parameters<Observer["onScan"]>[0][] = [];
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

  function sightFirst(line: StatLine, now: number, known?: KnownFacts): Sighting {
    const { stat } = line;
    const startedAt = startOf(stat, bootedAt);
    const facts = readFacts(root, stat, null, known);
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
    // Half of it would be the old program and half the new one, and the next look would find another exec.
    if (stat.execing && before.layout !== null) {
      entry.generation = generation;
      return before;
    }
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
    const startedAt = performance.now();
    return adopt(scan(now), performance.now() - startedAt);
  }

  function lookAt(pid: number, anew: boolean, knownOf?: (stat: ProcStat) => KnownFacts): Process | null {
    const now = clock();
    const entry = entries.get(pid);
    const line = rereadStat(root, pid, entry?.line);
    if (line === null || isUnread(line)) return null;
    if (entry?.sighting.startTicks !== line.stat.startTicks) {
      bootedAt = bootTimeOf(now, bootTimeMs(root), bootedAt);
      return place(sightFirst(line, now, knownOf?.(line.stat)), now);
    }
    const before = entry.sighting;
    const sighting = sightAgain(entry, line, now, anew);
    const placed = sighting === before ? (recent.get(pid) ?? latest?.byPid.get(pid)) : undefined;
    // Nothing has changed; but a container's name may be readable only later, and its pod's known only later.
    const isSettled = placed?.startTicks === sighting.startTicks && names.areKnown(placed.container);
    return isSettled ? placed : place(sighting, now);
  }

  function place(sighting: Sighting, now: number): Process {
    const container = names.one(sighting, now);
    const seen = { get: (other: number) => recent.get(other) ?? latest?.byPid.get(other) };
    const process = placeOne(sighting, surroundings, seen, {
      get: (key) => (container?.key === key ? container : latest?.containers.get(key)),
    });
    recent.set(process.pid, process);
    return process;
  }

  /** The same addresses as its parent: it was forked, and has not execed since. */
  function parentFacts({ ppid, layout }: ProcStat): ProcessFacts | null {
    const parent = layout === null ? undefined : entries.get(ppid);
    return parent?.line.stat.layout === layout ? parent.sighting.facts : null;
  }

  function live(): ProcessTable {
    const scanned = latest ?? table(0);
    if (recent.size === 0 && forgotten.size === 0) return scanned;
    const byPid = new Map(scanned.byPid);
    for (const [pid, startTicks] of forgotten) if (byPid.get(pid)?.startTicks === startTicks) byPid.delete(pid);
    for (const process of recent.values()) byPid.set(process.pid, process);
    return { ...scanned, byPid, processes: [...byPid.values()] };
  }

  /** What is known is the newest table from now on. */
  function adopt(newest: ProcessTable, tookMs: number | null): ProcessTable {
    latest = newest;
    recent.clear();
    forgotten.clear();
    for (const listener of listeners) listener(newest, tookMs);
    return newest;
  }

  return {
    table,
    look: (pid, anew = false) => lookAt(pid, anew),
    meet(pid, pidfd) {
      const owner = pidfd === null ? null : pidfdOwner(pidfd);
      return lookAt(pid, false, (stat) => ({ parent: parentFacts(stat), owner }));
    },
    forget({ pid, startTicks }) {
      if (latest?.byPid.get(pid)?.startTicks === startTicks) forgotten.set(pid, startTicks);
      if (recent.get(pid)?.startTicks === startTicks) recent.delete(pid);
      if (entries.get(pid)?.sighting.startTicks === startTicks) entries.delete(pid);
    },
    live,
    complete: () => void adopt(live(), null),
    onScan: (listener) => void listeners.push(listener),
  };
}

function measureCpu(entry: Entry, stat: ProcStat, now: number): number {
  const percent = percentOf(ticksOf(stat) - entry.cpuTicks, now - entry.cpuAt);
  entry.cpuTicks = ticksOf(stat);
  entry.cpuAt = now;
  return percent;
}
