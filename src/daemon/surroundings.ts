import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { Surroundings } from "#process/table.ts";

// PROC_PID_INIT_INO of include/linux/proc_ns.h: the inode of the machine's first PID namespace, fixed since Linux 3.8.
const initialPidNamespace = "pid:[4026531836]";

/** Looks around once, at start: no answer can change while sexton runs. `command` is what it is the init of. */
export function lookAround(root: ProcRoot, selfPid: number, command: number | null = null): Surroundings {
  const link = root.readLink("self", "ns/pid");
  return { selfPid, initialNamespace: !isUnread(link) && link === initialPidNamespace, command };
}
