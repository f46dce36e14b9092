import { isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { lossyUtf8 } from "#kernel/procfs/text.ts";

/** A line of proc_pid_cgroup(5), `hierarchy:controllers:path`. Hierarchy 0 without controllers is cgroup v2. */
export interface CgroupLine {
  hierarchy: number;
  controllers: readonly string[];
  path: string;
}

/** `/proc/PID/cgroup`, as seen from the reader's cgroup namespace. Readable for everyone. */
export function readCgroup(root: ProcRoot, pid: number | "self"): Read<CgroupLine[]> {
  const bytes = root.read(pid, "cgroup");
  return isUnread(bytes) ? bytes : parseCgroup(lossyUtf8(bytes));
}

/** Paths may hold colons (the kubelet's `…slice:cri-containerd:<id>`), so only the first two of a line separate. */
export function parseCgroup(text: string): CgroupLine[] {
  return text.split("\n").flatMap((line) => {
    const match = /^(\d{1,9}):([^:]*):(.*)$/.exec(line);
    if (!match) return [];
    const controllers = match[2] === "" ? [] : (match[2] as string).split(",");
    return [{ hierarchy: Number(match[1]), controllers, path: match[3] as string }];
  });
}
