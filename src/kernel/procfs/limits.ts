import { isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { latin1 } from "#kernel/procfs/text.ts";

/** A resource limit of getrlimit(2); null is unlimited. `unit` as the kernel writes it: bytes, files, seconds, … */
export interface Limit {
  soft: number | null;
  hard: number | null;
  unit: string | null;
}

/** `/proc/PID/limits`, by the kernel's own names ("Max open files"). Readable for everyone. */
export function readLimits(root: ProcRoot, pid: number): Read<Map<string, Limit>> {
  const bytes = root.read(pid, "limits");
  return isUnread(bytes) ? bytes : parseLimits(latin1(bytes));
}

export function parseLimits(text: string): Map<string, Limit> {
  const limits = new Map<string, Limit>();
  for (const line of text.split("\n")) {
    const match = /^(Max [a-z]+(?: [a-z]+){0,2}) +(\d{1,20}|unlimited) +(\d{1,20}|unlimited)(?: +([a-z]+))? *$/.exec(
      line,
    );
    if (!match) continue;
    limits.set(match[1] as string, { soft: bound(match[2]), hard: bound(match[3]), unit: match[4] ?? null });
  }
  return limits;
}

function bound(text: string | undefined): number | null {
  return text === undefined || text === "unlimited" ? null : Number(text);
}
