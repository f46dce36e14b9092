import type { Log } from "#base/log.ts";
import { readCgroup } from "#kernel/procfs/cgroup.ts";
import { openLastPid } from "#kernel/procfs/loadavg.ts";
import { readMountinfo } from "#kernel/procfs/mountinfo.ts";
import { isUnread, orNull } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import { hasCapability, hidepidOf } from "#policy/findings/capability.ts";
import { type ProcFile, procFiles } from "#policy/findings/node.ts";

/** What cannot be read where nothing hides it: of the machine, and of sexton's own process. */
export function missingFiles(root: ProcRoot): ProcFile[] {
  const counter = openLastPid(root);
  const read = { loadavg: counter.read(), cgroup: readCgroup(root, "self"), mountinfo: readMountinfo(root, "self") };
  counter.close();
  return procFiles.filter((file) => {
    const found = read[file];
    return found === null || isUnread(found) || (Array.isArray(found) && found.length === 0);
  });
}

export function readHidepid(root: ProcRoot): string | null {
  const mounts = readMountinfo(root, "self");
  const own = isUnread(mounts) ? undefined : mounts.findLast(({ mountPoint }) => mountPoint === "/proc");
  return own ? hidepidOf(`${own.options},${own.superOptions}`) : null;
}

export function mayPtrace(root: ProcRoot): boolean {
  const status = orNull(readStatus(root, "self"));
  return status !== null && hasCapability(status.capabilities.effective, "SYS_PTRACE");
}

/** At the start, since nobody may ask the doctor. */
export function tellProc(root: ProcRoot, log: Pick<Log, "warn">): void {
  const hidepid = readHidepid(root);
  const missing = missingFiles(root);
  if (hidepid !== null && !mayPtrace(root))
    log.warn("/proc hides the processes of others: see sexton doctor", { option: hidepid });
  if (missing.length > 0) log.warn("/proc lacks files: see sexton doctor", { missing: missing.join(" ") });
}
