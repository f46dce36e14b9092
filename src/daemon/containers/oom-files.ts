import { type CgroupPath, cgroupPath, directoriesOf, fromTop } from "#kernel/cgroup-path.ts";
import { findNamespaceRoot } from "#kernel/cgroup-pids.ts";
import { type CgroupLine, readCgroup } from "#kernel/procfs/cgroup.ts";
import { type Mount, readMountinfo } from "#kernel/procfs/mountinfo.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { cgroupLevelOf } from "#process/cgroup-level.ts";
import { type Container, containerIdOf } from "#process/container.ts";
import type { Process } from "#process/process.ts";

/** The versions of cgroups, and where each counts the kills. */
const kinds = {
  v2: {
    file: "memory.events",
    isLine: ({ hierarchy }: CgroupLine) => hierarchy === 0,
    isMount: ({ filesystem }: Mount) => filesystem === "cgroup2",
  },
  v1: {
    file: "memory.oom_control",
    isLine: ({ controllers }: CgroupLine) => controllers.includes("memory"),
    isMount: ({ filesystem, superOptions }: Mount) =>
      filesystem === "cgroup" && superOptions.split(",").includes("memory"),
  },
} as const;
type Kind = keyof typeof kinds;

/** A cgroup that is mounted somewhere: `top` is what is seen at the mount point, as sexton's cgroup namespace shows it. */
interface CgroupMount {
  readonly mountPoint: string;
  readonly top: CgroupPath;
}

/**
 * The files that count the OOM kills of a container, the best first; none when nothing shows its cgroup. On cgroup v2
 * memory.events counts those of all cgroups below too, so the container's own comes before those of what it makes for
 * itself; on v1 memory.oom_control counts for one cgroup alone (memcg_memory_event of the kernel's memcontrol.h).
 */
export function oomFiles(
  kind: Kind,
  { id, key }: Pick<Container, "id" | "key">,
  lines: readonly CgroupLine[],
  mounts: readonly CgroupMount[],
  namespaceRoot: CgroupPath | null,
): string[] {
  const { file, isLine } = kinds[kind];
  const line = lines.find(isLine);
  // The runtime moves a container's first process into its cgroups one after the other: this one may be still to come.
  if (!line || (id === null ? line.path !== key : containerIdOf(line.path) !== id)) return [];
  const absolute = (path: CgroupPath) => (namespaceRoot ? fromTop(path, namespaceRoot) : path);
  const own = absolute(cgroupPath(line.path));
  const levelOf = cgroupLevelOf(own);
  return mounts
    .flatMap(({ mountPoint, top }) => directoriesOf(own, [{ mountPoint, top: absolute(top) }]))
    .filter(({ path }) => (kind === "v2" ? levelOf(path.length) === "container" : path.length === own.length))
    .sort((a, b) => a.path.length - b.path.length)
    .map(({ directory }) => `${directory}/${file}`);
}

/** Tells where the counter of the container of a living process may be, by what sexton and the process have mounted. */
export function createOomFiles(root: ProcRoot): (process: Process) => Iterable<string> {
  let own: readonly Mount[] | null = null;
  const namespaceRoots = new Map<Kind, CgroupPath | null>();

  function mountsOf(pid: number | "self"): readonly Mount[] {
    const mounts = readMountinfo(root, pid);
    return isUnread(mounts) ? [] : mounts;
  }

  function ownMounts(kind: Kind): readonly CgroupMount[] {
    // They do not change while sexton runs.
    own ??= mountsOf("self");
    return own.filter(kinds[kind].isMount).map(cgroupMount);
  }

  /** Found where a mount begins above it: a hostPath volume of sexton's, or all of a privileged container's. */
  function namespaceRootOf(kind: Kind, theirs: readonly CgroupMount[]): CgroupPath | null {
    const known = namespaceRoots.get(kind);
    if (known) return known;
    const found = findNamespaceRoot([...ownMounts(kind), ...theirs]);
    if (found) namespaceRoots.set(kind, found);
    return found;
  }

  return function* ({ pid, container }) {
    const lines = readCgroup(root, pid);
    if (!container || isUnread(lines)) return;
    // Sexton's own mounts first: they ask for no permission, and what is open there keeps no mount of an app busy.
    for (const kind of ["v2", "v1"] as const) {
      yield* oomFiles(kind, container, lines, ownMounts(kind), namespaceRootOf(kind, []));
    }
    // Cheaper than its mounts, and tells whether they would be of any use.
    if (isUnread(root.readLink(pid, "root"))) return;
    const all = mountsOf(pid);
    for (const kind of ["v2", "v1"] as const) {
      const below = ({ mountPoint, top }: CgroupMount) => ({
        mountPoint: `${root.path}/${pid}/root${mountPoint}`,
        top,
      });
      const theirs = all.filter(kinds[kind].isMount).map(cgroupMount).map(below);
      yield* oomFiles(kind, container, lines, theirs, namespaceRootOf(kind, theirs));
    }
  };
}

function cgroupMount({ mountPoint, root }: Mount): CgroupMount {
  return { mountPoint, top: cgroupPath(root) };
}
