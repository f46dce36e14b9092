import { containerIdOf, podUidOf } from "#process/container.ts";

/** What a cgroup on the way up from a process holds: its container, the whole pod, or more pods than that. */
export const cgroupLevels = ["container", "pod", "node"] as const;
export type CgroupLevel = (typeof cgroupLevels)[number];

/**
 * Tells the levels of a process's cgroup path, where each ancestor is given by its number of segments. The container
 * ends at the segment with its id; the pod is the segment with a UID above it, or, where runtimes write none (podman),
 * the one that holds the container.
 */
export function cgroupLevelOf(path: readonly string[]): (depth: number) => CgroupLevel {
  const containerDepth = path.findLastIndex((segment) => containerIdOf(segment) !== null) + 1;
  // Seen from inside, its own container is `/`: what has no name cannot be anything else.
  if (containerDepth === 0) return (depth) => (depth === path.length ? "container" : "node");
  const above = path.slice(0, containerDepth - 1);
  const uidDepth = above.findLastIndex((segment) => podUidOf(segment) !== null) + 1;
  // A runtime of another cgroup driver than the kubelet's puts both into one segment, and the pod has no cgroup then.
  const hasPodInside = podUidOf(path[containerDepth - 1] as string) !== null;
  const podDepth = uidDepth > 0 ? uidDepth : hasPodInside ? null : containerDepth - 1;
  return (depth) => {
    if (depth > (podDepth ?? containerDepth - 1)) return "container";
    return depth === podDepth ? "pod" : "node";
  };
}
