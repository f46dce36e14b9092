import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { latin1 } from "#kernel/procfs/text.ts";

/** What is set at `/proc/sys/<path>` (sysctl(8)), such as `kernel/pid_max`; null where /proc does not show it. */
export function readSysctl(root: ProcRoot, path: string): string | null {
  const bytes = root.read(null, `sys/${path}`);
  return isUnread(bytes) ? null : latin1(bytes).trim();
}

/** The same, where it is a whole number; null for anything else. */
export function readSysctlNumber(root: ProcRoot, path: string): number | null {
  const text = readSysctl(root, path);
  return text !== null && /^-?\d{1,15}$/.test(text) ? Number(text) : null;
}
