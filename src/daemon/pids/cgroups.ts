import {
  type CgroupDirectory,
  type CgroupPath,
  directoriesOf,
  fromTop,
  type PidsMount,
  pidsMembership,
  pidsMounts,
} from "#kernel/cgroup-path.ts";
import { findNamespaceRoot, type PidsCgroup, readPidsCgroup } from "#kernel/cgroup-pids.ts";
import { readCgroup } from "#kernel/procfs/cgroup.ts";
import { readMountinfo } from "#kernel/procfs/mountinfo.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { type CgroupLevel, cgroupLevelOf } from "#process/cgroup-level.ts";
import type { Process } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";

/** One cgroup of those that hold a container, with its place in the pod. */
export interface PidsReading extends PidsCgroup {
  readonly level: CgroupLevel;
  /** Equal for equal cgroups, whichever container they were read for. */
  readonly directory: string;
}

export interface PidCgroups {
  /**
   * The cgroups of a container from its own up to the last that can be seen; none where none can be. `readOnce` has been
   * given to all containers of one reading, so that what is above them is read once.
   */
  read(containerKey: string, members: readonly Process[], readOnce?: PidsReader): readonly PidsReading[];
  /** Forgets the containers that are not among these. */
  keep(containerKeys: ReadonlySet<string>): void;
}

export type PidsReader = (directory: string) => PidsCgroup | null;

interface Place {
  /** The process through whose root the directories are reached; null where sexton's own mounts reach them. */
  readonly witness: Process | null;
  readonly directories: readonly CgroupDirectory[];
}

/** So many processes of a container are asked for what they see; permission is most often the same for all. */
const maxWitnesses = 3;

/**
 * Reads the pids controller wherever it can be seen: by sexton's own mounts, which need no permission and in a privileged
 * container or with a hostPath volume of /sys/fs/cgroup show every container and the pod above them; else as the
 * container mounts it, by /proc/PID/root, which needs ptrace access and mostly shows the container's own cgroup alone.
 */
export function createPidCgroups(root: ProcRoot): PidCgroups {
  const places = new Map<string, Place>();
  const ownMounts = new Map<1 | 2, { mounts: PidsMount[]; namespaceRoot: CgroupPath | null }>();

  /** Sexton's own mounts do not change while it runs. */
  function own(version: 1 | 2) {
    const known = ownMounts.get(version);
    if (known) return known;
    const all = readMountinfo(root, "self");
    const mounts = isUnread(all) ? [] : pidsMounts(all, version);
    const seen = { mounts, namespaceRoot: findNamespaceRoot(mounts) };
    ownMounts.set(version, seen);
    return seen;
  }

  function locate(witness: Process): Place | null {
    const lines = readCgroup(root, witness.pid);
    const membership = isUnread(lines) ? null : pidsMembership(lines);
    if (!membership) return null;
    const { mounts, namespaceRoot } = own(membership.version);
    const absolute = (path: CgroupPath) => (namespaceRoot ? fromTop(path, namespaceRoot) : path);
    const path = absolute(membership.path);
    const visible = (all: readonly PidsMount[]) =>
      directoriesOf(
        path,
        all.map(({ mountPoint, top }) => ({ mountPoint, top: absolute(top) })),
      );
    const byOwn = visible(mounts);
    if (byOwn.length > 0) return { witness: null, directories: byOwn };
    // Cheaper than its mounts, and tells whether they would be of any use.
    if (isUnread(root.readLink(witness.pid, "root"))) return null;
    const theirs = readMountinfo(root, witness.pid);
    if (isUnread(theirs)) return null;
    const below = `${root.path}/${witness.pid}/root`;
    const seen = pidsMounts(theirs, membership.version).map((mount) => ({
      ...mount,
      mountPoint: `${below}${mount.mountPoint}`,
    }));
    const byWitness = visible(seen);
    return byWitness.length > 0 ? { witness, directories: byWitness } : null;
  }

  function readPlace({ directories }: Place, readPids: PidsReader): PidsReading[] {
    const deepest = directories[0]?.path ?? [];
    const levelOf = cgroupLevelOf(deepest);
    return directories.flatMap(({ path, directory }) => {
      const pids = readPids(directory);
      return pids ? [{ ...pids, level: levelOf(path.length), directory }] : [];
    });
  }

  return {
    read(containerKey, members, readOnce = readPidsCgroup) {
      const living = members.filter((process) => !hasEnded(process));
      const known = places.get(containerKey);
      if (known && isStillThere(known, living)) {
        const readings = readPlace(known, readOnce);
        if (readings.length > 0) return readings;
      }
      places.delete(containerKey);
      const oldest = [...living].sort((a, b) => a.startTicks - b.startTicks || a.pid - b.pid);
      for (const witness of oldest.slice(0, maxWitnesses)) {
        const place = locate(witness);
        const readings = place ? readPlace(place, readOnce) : [];
        if (!place || readings.length === 0) continue;
        places.set(containerKey, place);
        return readings;
      }
      return [];
    },
    keep(containerKeys) {
      for (const key of places.keys()) if (!containerKeys.has(key)) places.delete(key);
    },
  };
}

/** A pid that is used again may be in another container. */
function isStillThere({ witness }: Place, living: readonly Process[]): boolean {
  return (
    witness === null || living.some(({ pid, startTicks }) => pid === witness.pid && startTicks === witness.startTicks)
  );
}
