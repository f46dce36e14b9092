import { resolve } from "node:path";
import { type Mount, readMountinfo } from "#kernel/procfs/mountinfo.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";

/** `fixed`: one generation of a volume, which stays when the volume goes on; `stale`: it has gone on. */
type SubPath = "fixed" | "stale";

/**
 * Whether one of the paths lies on a subPath mount of a ConfigMap, Secret or projected volume, or has one below it, as
 * the process sees them; in a sentence, null: none does, or it cannot be known. Such a mount never shows an update.
 */
export function findSubPath(root: ProcRoot, pid: number | "self", paths: readonly string[]): string | null {
  const mounts = readMountinfo(root, pid);
  if (isUnread(mounts)) return null;
  for (const path of paths) {
    const absolute = resolve(path);
    const under = mountOf(mounts, absolute);
    const below = mounts.filter(({ mountPoint }) => isWithin(mountPoint, absolute));
    // A later mount hides an earlier one at the same place.
    for (const mount of [...(under ? [under] : []), ...below]) {
      const subPath = mountOf(mounts, mount.mountPoint) === mount ? subPathOf(mount) : null;
      if (subPath) return sentenceOf(path, mount.mountPoint, subPath);
    }
  }
  return null;
}

/** A directory of the kubelet's AtomicWriter with something in it, `/..2026_01_01_00_00_00.123456789/key`. */
const insideGeneration = /\/\.\.\d{4}(_\d\d){5}\.\d+\/./;

/** By its root, the fourth field of mountinfo: proc_pid_mountinfo(5). */
function subPathOf({ root }: Mount): SubPath | null {
  const isDeleted = root.endsWith("//deleted");
  if (insideGeneration.test(root)) return isDeleted ? "stale" : "fixed";
  if (root.includes("/volume-subpaths/")) return isDeleted ? "stale" : "fixed";
  return isDeleted ? "stale" : null;
}

const isWithin = (path: string, directory: string) =>
  path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`);

function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  let found: Mount | null = null;
  for (const mount of mounts)
    if (isWithin(path, mount.mountPoint) && mount.mountPoint.length >= (found?.mountPoint.length ?? 0)) found = mount;
  return found;
}

function sentenceOf(path: string, mountPoint: string, subPath: SubPath): string {
  const place = mountPoint === resolve(path) ? path : `${mountPoint} (of ${path})`;
  const found =
    subPath === "stale"
      ? "the file that was mounted there was replaced or removed since, and the container still has the old one"
      : "it is a subPath mount, which stays as it was when the container started";
  return `Cannot see updates of ${place}: ${found}. Mount the whole volume at a directory instead, or restart the container after each change.`;
}
