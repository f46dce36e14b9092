import { isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";

/**
 * The number of open file descriptors. Since Linux 6.2 the size of the folder `/proc/PID/fd` is that number and
 * stat(2) needs no permission; before, the size is 0 and the folder must be listed, which needs ptrace access.
 */
export function readFdCount(root: ProcRoot, pid: number): Read<number> {
  const size = root.size(pid, "fd");
  if (isUnread(size) || size > 0) return size;
  const names = root.names(pid, "fd");
  return isUnread(names) ? names : names.length;
}
