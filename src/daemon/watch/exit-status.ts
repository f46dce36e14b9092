import { gone, isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { type ProcStat, readStat } from "#kernel/procfs/stat.ts";

/**
 * The wait status of a zombie, where it may be read. Field 52 reads 0 where ptrace access is denied, which would look
 * like success; the link tells: a zombie's cwd is ENOENT for whoever may look, and EACCES for others. It is ENOENT for
 * everybody once the zombie was collected, so it only tells of one that is there after it.
 */
export function zombieStatus(root: ProcRoot, stat: ProcStat): number | null {
  if (stat.exitCode !== 0) return stat.exitCode;
  return root.readLink(stat.pid, "cwd") === gone && isStillThere(root, stat) ? stat.exitCode : null;
}

function isStillThere(root: ProcRoot, { pid, startTicks }: ProcStat): boolean {
  const now = readStat(root, pid);
  return now !== null && !isUnread(now) && now.startTicks === startTicks;
}
