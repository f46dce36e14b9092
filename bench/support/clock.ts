import { libc, libcProblem } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

const CLOCK_MONOTONIC = 1;
const timespec = memory(16);

/** Nanoseconds of CLOCK_MONOTONIC, which C programs read too; Bun's own clocks count from the start of a process. */
export function monotonic(): number {
  return nanoseconds(CLOCK_MONOTONIC, "the clock");
}

/**
 * CPU time of a process in nanoseconds, by the clock that clock_getcpuclockid(3) names for it: of all its threads, also of
 * those that have ended. What its stat says has steps of 10 ms, too coarse for an idle process.
 */
export function cpuNanoseconds(pid: number): number {
  return nanoseconds((~pid << 3) | 2, `the CPU time of ${pid}`);
}

function nanoseconds(clock: number, what: string): number {
  if (!libc) throw new Error(`Cannot measure: ${libcProblem}`);
  if (libc.clock_gettime(clock, timespec.pointer as never) !== 0) throw new Error(`Cannot read ${what}`);
  return Number(timespec.view.getBigInt64(0, true)) * 1e9 + Number(timespec.view.getBigInt64(8, true));
}
