import { libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readUptime } from "#kernel/procfs/uptime.ts";

const CLOCK_BOOTTIME = 7;
const timespec = memory(16);

/** Milliseconds since boot, suspend included: the clock that start ticks count on. 10 ms steps where FFI is missing. */
export function bootTimeMs(root: ProcRoot): number {
  if (libc && libc.clock_gettime(CLOCK_BOOTTIME, timespec.pointer as never) === 0) {
    const { view } = timespec;
    return Number(view.getBigInt64(0, true)) * 1000 + Number(view.getBigInt64(8, true)) / 1e6;
  }
  const uptime = readUptime(root);
  return uptime === null || isUnread(uptime) ? 0 : uptime * 1000;
}
