import { isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { latin1 } from "#kernel/procfs/text.ts";

/** `/proc/uptime`: seconds since boot, suspend included (CLOCK_BOOTTIME), in steps of 10 ms. proc_uptime(5). */
export function readUptime(root: ProcRoot): Read<number> | null {
  const bytes = root.read(null, "uptime");
  return isUnread(bytes) ? bytes : parseUptime(latin1(bytes));
}

export function parseUptime(text: string): number | null {
  const match = /^(\d{1,12}\.\d{1,9}) /.exec(text);
  return match ? Number(match[1]) : null;
}
