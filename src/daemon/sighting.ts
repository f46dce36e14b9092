import { isKernelThread, type ProcStat } from "#kernel/procfs/stat.ts";
import { pageBytes, ticksPerSecond } from "#kernel/units.ts";
import type { ProcessFacts, Sighting } from "#process/process.ts";
import { stateOf } from "#process/state.ts";

export function sightingOf(stat: ProcStat, startedAt: number, cpuPercent: number, facts: ProcessFacts): Sighting {
  return {
    pid: stat.pid,
    startTicks: stat.startTicks,
    ppid: stat.ppid,
    session: stat.session,
    terminal: stat.terminal !== 0,
    name: stat.comm,
    state: stateOf(stat.state),
    kernelThread: isKernelThread(stat),
    threads: stat.threads,
    cpuSeconds: ticksOf(stat) / ticksPerSecond,
    userSeconds: stat.userTicks / ticksPerSecond,
    systemSeconds: stat.systemTicks / ticksPerSecond,
    minorFaults: stat.minorFaults,
    majorFaults: stat.majorFaults,
    cpuPercent,
    rssBytes: stat.rssPages * pageBytes,
    virtualBytes: stat.virtualBytes,
    layout: stat.layout,
    startedAt,
    facts,
  };
}

/** A process that changes its arguments, user or program has run, and that shows in its counters. */
export function hasRun(now: ProcStat, before: ProcStat): boolean {
  if (now === before) return false;
  if (now.comm !== before.comm || now.layout !== before.layout) return true;
  return ticksOf(now) !== ticksOf(before) || now.minorFaults !== before.minorFaults;
}

export function ticksOf(stat: ProcStat): number {
  return stat.userTicks + stat.systemTicks;
}

export function startOf(stat: ProcStat, bootedAt: number): number {
  return bootedAt + (stat.startTicks * 1000) / ticksPerSecond;
}

export function percentOf(ticks: number, elapsedMs: number): number {
  return elapsedMs <= 0 ? 0 : Math.round((ticks / ticksPerSecond / elapsedMs) * 1_000_000) / 10;
}

/**
 * When the machine started, from two clocks read one after the other. Kept between scans, so that a process's start
 * time stays the same to the millisecond; taken anew when the wall clock was set.
 */
export function bootTimeOf(now: number, sinceBootMs: number, before: number): number {
  const bootedAt = now - sinceBootMs;
  return Math.abs(bootedAt - before) > 100 ? bootedAt : before;
}
