import { lstatSync, readdirSync } from "node:fs";
import { type CgroupPath, cgroupPath, levelsAbove, type PidsMount } from "#kernel/cgroup-path.ts";
import { readCgroupFile } from "#kernel/foreign-file.ts";

/** What the pids controller says of one cgroup: cgroup-v2.rst "PID", cgroup-v1/pids.rst. A limit of null is `max`. */
export interface PidsCgroup {
  /** Tasks in it and below: threads, and zombies until they are collected. */
  readonly current: number;
  readonly limit: number | null;
}

/** pids.current and pids.max of a cgroup's directory; null where there is no such cgroup, or it may not be read. */
export function readPidsCgroup(directory: string): PidsCgroup | null {
  const current = parsePids(readCgroupFile(`${directory}/pids.current`));
  const limit = parsePids(readCgroupFile(`${directory}/pids.max`));
  return typeof current === "number" && limit !== null ? { current, limit: limit === "max" ? null : limit } : null;
}

export function parsePids(text: string | null): number | "max" | null {
  if (text === "max") return text;
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A node with hundreds of pods has fewer at the depth in question. */
const maxDirectories = 20_000;

/**
 * What the reader's cgroup namespace hides as `/`, found in a mount that begins above it (a hostPath volume): a cgroup
 * is the same in every mount of its hierarchy, and so is its inode. Null where there are not both kinds of mounts.
 */
export function findNamespaceRoot(mounts: readonly PidsMount[]): CgroupPath | null {
  const own = mounts.find(({ top }) => top.length === 0);
  // Of several the one that begins highest: the others lie in it.
  const outer = mounts
    .filter(({ top }) => top.length > 0 && levelsAbove(top) === top.length)
    .sort((a, b) => b.top.length - a.top.length)[0];
  if (!own || !outer) return null;
  try {
    const { ino, dev } = lstatSync(own.mountPoint);
    let left = maxDirectories;
    const search = (directory: string, depth: number): string | null => {
      for (const { name } of readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
        if (left-- <= 0) return null;
        const path = `${directory}/${name}`;
        const stat = depth === 1 ? lstatSync(path) : null;
        if (stat !== null && stat.ino === ino && stat.dev === dev) return path;
        const found = depth === 1 ? null : search(path, depth - 1);
        if (found !== null) return found;
      }
      return null;
    };
    const found = search(outer.mountPoint, outer.top.length);
    return found === null ? null : cgroupPath(found.slice(outer.mountPoint.length));
  } catch {
    // A cgroup went away during the walk, or the volume may not be listed. What is hidden stays hidden.
    return null;
  }
}
