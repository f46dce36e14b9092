import { join } from "node:path";
import { cgroupPath, directoriesOf } from "#kernel/cgroup-path.ts";
import { readCgroupFile, readForeignFile } from "#kernel/foreign-file.ts";
import { readCgroup } from "#kernel/procfs/cgroup.ts";
import { readMountinfo } from "#kernel/procfs/mountinfo.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { MemoryLook } from "#policy/findings/memory.ts";

/** Sexton's own cgroup of the memory controller, and where it can be read. */
export interface OwnCgroup {
  readonly version: 1 | 2 | null;
  /** As sexton's cgroup namespace shows it. */
  readonly path: string | null;
  /** The directory of the memory controller; null: nothing mounts it. */
  readonly directory: string | null;
}

export function ownCgroup(root: ProcRoot): OwnCgroup {
  const lines = readCgroup(root, "self");
  if (isUnread(lines)) return { version: null, path: null, directory: null };
  const v1 = lines.find(({ controllers }) => controllers.includes("memory"));
  const line = v1 ?? lines.find(({ hierarchy }) => hierarchy === 0);
  if (!line) return { version: null, path: null, directory: null };
  const mounts = readMountinfo(root, "self");
  const shown = isUnread(mounts) ? [] : mounts.filter((mount) => isMemory(mount, v1 !== undefined));
  const tops = shown.map(({ mountPoint, root: top }) => ({ mountPoint, top: cgroupPath(top) }));
  const directory = directoriesOf(cgroupPath(line.path), tops)[0]?.directory ?? null;
  return { version: v1 ? 1 : 2, path: line.path, directory };
}

function isMemory({ filesystem, superOptions }: { filesystem: string; superOptions: string }, isV1: boolean): boolean {
  return isV1 ? filesystem === "cgroup" && superOptions.split(",").includes("memory") : filesystem === "cgroup2";
}

/** memory.max and memory.current of cgroup v2, memory.limit_in_bytes and memory.usage_in_bytes of v1. */
export function ownMemory({ version, directory }: OwnCgroup): MemoryLook {
  if (directory === null) return { limit: null, workingSet: null };
  const read = (file: string) => readCgroupFile(join(directory, file));
  const [limit, usage] =
    version === 1
      ? [read("memory.limit_in_bytes"), read("memory.usage_in_bytes")]
      : [read("memory.max"), read("memory.current")];
  const inactive = new RegExp(`^${version === 1 ? "total_inactive_file" : "inactive_file"} (\\d+)$`, "m").exec(
    readMemoryStat(join(directory, "memory.stat")),
  )?.[1];
  const used = usage !== null && /^\d+$/.test(usage) ? Number(usage) : null;
  const most = limit !== null && /^\d+$/.test(limit) ? Number(limit) : null;
  return {
    // "max" on v2, and on v1 the largest multiple of a page.
    limit: most !== null && most < unlimited ? most : null,
    workingSet: used === null ? null : Math.max(0, used - Number(inactive ?? 0)),
  };
}

const unlimited = 2 ** 62;

/** On a busy container it has some kilobytes. */
function readMemoryStat(path: string): string {
  try {
    return readForeignFile(path, 16_384).text;
  } catch {
    return "";
  }
}
