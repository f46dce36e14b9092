import { readMountinfo } from "#kernel/procfs/mountinfo.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { type Container, nameFromMounts, podUidOf } from "#process/container.ts";
import type { Sighting } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";

// A process can be seen before the runtime has finished its container's mounts, so a young one is asked again soon.
const youngMs = 5_000;
const retryMs = 30_000;

/** Gives every container its name once, by one process of it, and forgets containers that have gone. */
export function createContainerNames(root: ProcRoot, selfPid: number) {
  const known = new Map<string, { container: Container; triedAt: number }>();

  return function containersOf(sightings: readonly Sighting[], now: number): ReadonlyMap<string, Container> {
    const current = new Map<string, Container>();
    const ownPath = ownHiddenPath(sightings, selfPid);
    for (const sighting of sightings) {
      const { containerId, cgroup } = sighting.facts;
      const key = containerId ?? (cgroup !== null && cgroup === ownPath ? cgroup : null);
      if (key === null || hasEnded(sighting)) continue;
      const entry = known.get(key);
      const waitMs = now - sighting.startedAt < youngMs ? 0 : retryMs;
      if (!entry || (entry.container.name === null && now - entry.triedAt >= waitMs)) {
        known.set(key, { container: describe(sighting, key), triedAt: now });
      }
      current.set(key, (known.get(key) as { container: Container }).container);
    }
    // A container whose last process is a zombie still has its name for it.
    for (const { facts } of sightings) {
      const entry = known.get(facts.containerId ?? "");
      if (entry) current.set(entry.container.key, entry.container);
    }
    for (const key of known.keys()) if (!current.has(key)) known.delete(key);
    return current;
  };

  function describe({ pid, facts }: Sighting, key: string): Container {
    const mounts = readMountinfo(root, pid);
    const named = isUnread(mounts) ? null : nameFromMounts(mounts.map((mount) => mount.root));
    return {
      key,
      id: facts.containerId,
      name: named?.name ?? null,
      podUid: named?.podUid ?? podUidOf(facts.cgroup ?? ""),
    };
  }
}

/**
 * In a cgroup namespace of its own, sexton sees its own container as `/` and the others as `/../<id>`: then `/` is a
 * container whose id cannot be known. Without such others, `/` is just a machine without containers.
 */
function ownHiddenPath(sightings: readonly Sighting[], selfPid: number): string | null {
  const own = sightings.find(({ pid }) => pid === selfPid)?.facts;
  if (!own || own.containerId !== null || own.cgroup !== "/") return null;
  return sightings.some(({ facts }) => facts.cgroup?.startsWith("/../")) ? own.cgroup : null;
}
