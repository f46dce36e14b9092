import { noPodNames, type PodNames } from "#daemon/pods/pod-names.ts";
import { readMountinfo } from "#kernel/procfs/mountinfo.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { type Container, nameFromMounts, podUidOf } from "#process/container.ts";
import type { Sighting } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";

// A process can be seen before the runtime has finished its container's mounts, so a new one is asked again soon. New to
// sexton, not young: in a container without a name each short-lived process would have all its mounts read.
const newMs = 5_000;
const retryMs = { new: 20, known: 30_000 };

export interface ContainerNames {
  /** The containers of a whole scan, by key; those that are not in it are forgotten. */
  all(sightings: readonly Sighting[], now: number): ReadonlyMap<string, Container>;
  /** The container of one process, known or new. */
  one(sighting: Sighting, now: number): Container | null;
  /** There is nothing to be learned of it for now. */
  areKnown(container: Container | null): boolean;
}

/** Gives every container its name once, by one process of it. */
export function createContainerNames(root: ProcRoot, selfPid: number, pods: PodNames = noPodNames): ContainerNames {
  const known = new Map<string, { container: Container; since: number; triedAt: number }>();
  let ownPath: string | null = null;

  return {
    all(sightings, now) {
      const current = new Map<string, Container>();
      ownPath = ownHiddenPath(sightings, selfPid);
      for (const sighting of sightings) {
        const container = learn(sighting, now);
        if (container) current.set(container.key, container);
      }
      for (const key of known.keys()) if (!current.has(key)) known.delete(key);
      return current;
    },
    one: learn,
    areKnown(container) {
      if (container === null) return true;
      const { name, pod } = container;
      return name !== null && (pod === null || pod.name !== null || pods.of(pod.uid) === null);
    },
  };

  function learn(sighting: Sighting, now: number): Container | null {
    const { containerId, cgroup } = sighting.facts;
    const key = containerId ?? (cgroup !== null && cgroup === ownPath ? cgroup : null);
    if (key === null) return null;
    const entry = known.get(key);
    const again = !entry || (entry.container.name === null && Math.abs(now - entry.triedAt) >= waitOf(entry, now));
    // A zombie has no mounts to read a name from; its container's other processes may have given it one before.
    if (!again || hasEnded(sighting)) return entry ? named(entry) : null;
    const container = describe(sighting, key);
    known.set(key, { container, since: entry?.since ?? now, triedAt: now });
    return container;
  }

  /** A pod's name may be known only later, or come to be known by somebody else. */
  function named(entry: { container: Container }): Container {
    const { pod } = entry.container;
    if (pod?.name === null) {
      const name = pods.of(pod.uid);
      if (name) entry.container = { ...entry.container, pod: { ...pod, ...name } };
    }
    return entry.container;
  }

  function waitOf({ since }: { readonly since: number }, now: number): number {
    return Math.abs(now - since) < newMs ? retryMs.new : retryMs.known;
  }

  function describe({ pid, facts }: Sighting, key: string): Container {
    const mounts = readMountinfo(root, pid);
    const told = isUnread(mounts) ? null : nameFromMounts(mounts.map((mount) => mount.root));
    const uid = told?.podUid ?? podUidOf(facts.cgroup ?? "");
    const pod = uid === null ? null : { uid, name: null, namespace: null, ...pods.of(uid) };
    return { key, id: facts.containerId, name: told?.name ?? null, pod };
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
