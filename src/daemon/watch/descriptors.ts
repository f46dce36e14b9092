import { readLimits } from "#kernel/procfs/limits.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";

/** Descriptors that stay free for connections and for reading /proc. */
const reservedFds = 128;
/** A node has fewer containers than this; a small limit is left to the pidfds. */
const mostOomCounters = 1_000;

/** How many descriptors each may hold for as long as it likes. */
export interface DescriptorShares {
  readonly pidfds: number;
  readonly oomCounters: number;
}

/** Shares out RLIMIT_NOFILE, which Bun has raised to the hard limit by now. */
export function shareDescriptors(root: ProcRoot): DescriptorShares {
  const limits = readLimits(root, process.pid);
  const limit = isUnread(limits) ? 1_024 : (limits.get("Max open files")?.soft ?? 1_048_576);
  const oomCounters = Math.min(mostOomCounters, Math.floor(limit / 16));
  return { oomCounters, pidfds: Math.max(0, limit - reservedFds - oomCounters) };
}
