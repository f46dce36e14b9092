import { type FileLimit, fileLimit, setFileLimit } from "#kernel/own-process.ts";
import { readLimits } from "#kernel/procfs/limits.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";

/**
 * The runtime raises our soft limit of open files to the hard one as it starts. What it was is known by our parent, if it
 * can be seen and has the same hard limit. Null: leave it as it is.
 */
function inheritedFileLimit(root: ProcRoot, own: FileLimit, parent: number): FileLimit | null {
  if (parent <= 0) return null;
  const limits = readLimits(root, parent);
  const found = isUnread(limits) ? undefined : limits.get("Max open files");
  if (!found || found.soft === null || found.hard === null) return null;
  const soft = BigInt(found.soft);
  return BigInt(found.hard) === own.hard && soft < own.soft ? { soft, hard: own.hard } : null;
}

/** Runs `start` under the limit that the command is to have, and goes back to our own after. */
export function withFileLimit<T>(root: ProcRoot, wanted: number | null, start: () => T): T {
  const own = fileLimit();
  if (!own) return start();
  const limit = wanted === null ? inheritedFileLimit(root, own, process.ppid) : limitOf(wanted, own);
  if (!limit || setFileLimit(limit) !== 0) return start();
  try {
    return start();
  } finally {
    setFileLimit(own);
  }
}

function limitOf(soft: number, { hard }: FileLimit): FileLimit {
  const wanted = BigInt(soft);
  return { soft: wanted < hard ? wanted : hard, hard };
}
