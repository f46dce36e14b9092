import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import type { ProcessId } from "#process/identity.ts";

/** It is there, is still the same, and has not ended. */
export function isAlive(root: ProcRoot, { pid, startTicks }: ProcessId): boolean {
  const stat = readStat(root, pid);
  return stat !== null && !isUnread(stat) && stat.startTicks === startTicks && stat.state !== "Z";
}
