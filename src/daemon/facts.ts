import { readCgroup } from "#kernel/procfs/cgroup.ts";
import { readCmdline } from "#kernel/procfs/cmdline.ts";
import { denied, isUnread, orNull } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import { containerIdOf, tellingPath } from "#process/container.ts";
import type { ProcessFacts } from "#process/process.ts";

/**
 * Reads what changes seldom. A process that has ended keeps what was known of it while it lived: its command line and
 * executable are gone by then, and on cgroup v1 its container too.
 */
export function readFacts(root: ProcRoot, pid: number, before: ProcessFacts | null, ended: boolean): ProcessFacts {
  if (ended && before) return before;
  const status = readStatus(root, pid);
  const args = readCmdline(root, pid);
  const exe = root.readLink(pid, "exe");
  const lines = readCgroup(root, pid);
  const cgroup = isUnread(lines) ? null : tellingPath(lines);
  const ids = orNull(status);
  return {
    // What has ended has lost its arguments; that is not the same as having had none.
    args: isUnread(args) || (ended && args.length === 0) ? null : args,
    exe: isUnread(exe) ? null : exe,
    uid: ids?.uid.effective ?? null,
    gid: ids?.gid.effective ?? null,
    cgroup,
    containerId: cgroup === null ? null : containerIdOf(cgroup),
    denied: Object.entries({ uid: status, args, exe, container: lines }).flatMap(([field, read]) =>
      read === denied ? [field] : [],
    ),
  };
}
