import { isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { lossyUtf8 } from "#kernel/procfs/text.ts";

/**
 * The children of a process by `/proc/PID/task/TID/children` of each of its threads. Readable for everyone, and only with
 * CONFIG_PROC_CHILDREN (proc_pid_task(5)). One that lives may be missing while its siblings come and go.
 */
export function readChildren(root: ProcRoot, pid: number, threads: number): Read<number[]> {
  if (threads <= 1) return childrenOf(root, pid, String(pid));
  const names = root.names(pid, "task");
  if (isUnread(names)) return names;
  const children: number[] = [];
  let unread: Read<number[]> = children;
  for (const name of names) {
    const found = childrenOf(root, pid, name);
    if (isUnread(found)) unread = found;
    else children.push(...found);
  }
  // A thread that has ended meanwhile hides nothing.
  return children.length > 0 || names.length > 1 ? children : unread;
}

function childrenOf(root: ProcRoot, pid: number, thread: string): Read<number[]> {
  const bytes = root.read(pid, `task/${thread}/children`);
  return isUnread(bytes) ? bytes : parseChildren(lossyUtf8(bytes));
}

/** Pids with a space behind each. */
export function parseChildren(text: string): number[] {
  return text.split(" ").filter(Boolean).map(Number);
}
