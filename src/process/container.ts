import type { Pod } from "#process/pod.ts";

/**
 * A container as it can be known from inside the pod. `id` is null for sexton's own where a private cgroup namespace
 * hides it; `name` is null where no kubelet mount tells it. Names are never invented.
 */
export interface Container {
  /** What its processes have in common: the id, or the cgroup path where no id can be read. */
  readonly key: string;
  readonly id: string | null;
  readonly name: string | null;
  /** The pod that it is of; null where neither its cgroup nor its mounts tell. */
  readonly pod: Pod | null;
}

/** What answers and events say of a container. */
export type ContainerRef = Pick<Container, "id" | "name" | "pod">;

export function containerRef(container: Container): ContainerRef;
export function containerRef(container: Container | null): ContainerRef | null;
export function containerRef(container: Container | null): ContainerRef | null {
  return container && { id: container.id, name: container.name, pod: container.pod };
}

/** What it is called in a sentence: its name, or the start of its id; where pods have names, with the pod's before it. */
export function containerLabel(container: ContainerRef | null | undefined): string | null {
  const own = container?.name ?? container?.id?.slice(0, 12) ?? null;
  return own !== null && container?.pod?.name != null ? `${container.pod.name}/${own}` : own;
}

// Runtimes write `<prefix>-<64 hex>.scope` (systemd), `<prefix>-<64 hex>` or the bare id (cgroupfs), and under a
// systemd kubelet with a cgroupfs runtime `<slice>:cri-containerd:<id>`. ECS ids are 32 hex, a dash and digits.
const segment =
  /^(?:.*\.slice:)?(?:(?:cri-containerd|containerd|crio|docker|libpod|nerdctl)[-:])?([0-9a-f]{64}|[0-9a-f]{32}-[0-9]{8,10})(?:\.scope)?$/;
const pod = /pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice|$|:)/;

/** The container id in one cgroup path, innermost segment first; null when there is none (conmon's scope, `/`). */
export function containerIdOf(path: string): string | null {
  for (const part of path.split("/").reverse()) {
    const id = segment.exec(part)?.[1];
    if (id) return id;
  }
  return null;
}

/** The pod's UID in a cgroup path, with dashes as Kubernetes writes it; null when the path does not reach that far. */
export function podUidOf(path: string): string | null {
  for (const part of path.split("/").reverse()) {
    const uid = pod.exec(part)?.[1];
    if (uid) return uid.replaceAll("_", "-");
  }
  return null;
}

/**
 * The path that tells most, of the lines of /proc/PID/cgroup: the first with a container id, the unified hierarchy
 * (`0`) before the others, because there alone a zombie keeps its path.
 */
export function tellingPath(lines: readonly { hierarchy: number; path: string }[]): string | null {
  const sorted = [...lines].sort((a, b) => a.hierarchy - b.hierarchy);
  return (
    (sorted.find(({ path }) => containerIdOf(path)) ?? sorted.find(({ path }) => path !== "/") ?? sorted[0])?.path ??
    null
  );
}

const terminationMount = /\/pods\/([^/]+)\/containers\/([^/]+)\/[0-9a-f]{8}(?:\/\/deleted)?$/;

/**
 * Pod UID and container name from the file that the kubelet mounts for termination messages. It is told by the mount's
 * root, never by the mount point, which is configurable.
 */
export function nameFromMounts(roots: Iterable<string>): { podUid: string; name: string } | null {
  for (const root of roots) {
    const match = terminationMount.exec(root);
    if (match) return { podUid: match[1] as string, name: match[2] as string };
  }
  return null;
}

/** Matches what a person types: the name, the id or the start of the id. */
export function containerMatches(container: Container | null, text: string): boolean {
  if (!container) return false;
  return container.name === text || (text !== "" && (container.id?.startsWith(text) ?? false));
}
