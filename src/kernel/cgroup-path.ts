import type { CgroupLine } from "#kernel/procfs/cgroup.ts";
import type { Mount } from "#kernel/procfs/mountinfo.ts";

/**
 * A cgroup in segments, as the reader's cgroup namespace shows it: `..` at the front leads above the namespace's root,
 * past segments whose names it hides. cgroup_namespaces(7).
 */
export type CgroupPath = readonly string[];

export function cgroupPath(text: string): CgroupPath {
  return text.split("/").filter((segment) => segment !== "");
}

/** How many segments above the namespace's root a path begins. */
export function levelsAbove(path: CgroupPath): number {
  const first = path.findIndex((segment) => segment !== "..");
  return first < 0 ? path.length : first;
}

/** The same path from the top of the hierarchy, where it is known what the namespace calls its root. */
export function fromTop(path: CgroupPath, namespaceRoot: CgroupPath): CgroupPath {
  const above = levelsAbove(path);
  return [...namespaceRoot.slice(0, Math.max(0, namespaceRoot.length - above)), ...path.slice(above)];
}

/** What leads from `top` down to `path`; null where it is not below, or hidden names stand in between. */
export function below(path: CgroupPath, top: CgroupPath): CgroupPath | null {
  const rest = path.slice(top.length);
  return top.every((segment, index) => path[index] === segment) && rest[0] !== ".." ? rest : null;
}

/** Where the pids controller keeps a process: on its own cgroup v1 hierarchy if there is one, else on v2's. */
export interface PidsMembership {
  readonly version: 1 | 2;
  readonly path: CgroupPath;
}

export function pidsMembership(lines: readonly CgroupLine[]): PidsMembership | null {
  const own = lines.find(({ controllers }) => controllers.includes("pids"));
  const line = own ?? lines.find(({ hierarchy }) => hierarchy === 0);
  // The kernel's note on a cgroup that was removed, which zombies may outlive.
  if (!line || line.path.endsWith(" (deleted)")) return null;
  return { version: own ? 1 : 2, path: cgroupPath(line.path) };
}

/** A mounted part of the hierarchy that has the pids controller. */
export interface PidsMount {
  readonly mountPoint: string;
  /** The cgroup that is seen there. */
  readonly top: CgroupPath;
}

export function pidsMounts(mounts: readonly Mount[], version: 1 | 2): PidsMount[] {
  return mounts
    .filter(({ filesystem, superOptions }) =>
      version === 2 ? filesystem === "cgroup2" : filesystem === "cgroup" && superOptions.split(",").includes("pids"),
    )
    .map(({ mountPoint, root }) => ({ mountPoint, top: cgroupPath(root) }));
}

/** A cgroup's directory and those of its ancestors, as far up as a mount shows them; the cgroup's own comes first. */
export interface CgroupDirectory {
  readonly path: CgroupPath;
  readonly directory: string;
}

/** By the mount that shows most of the ancestors; none where no mount shows the cgroup. */
export function directoriesOf(path: CgroupPath, mounts: readonly PidsMount[]): CgroupDirectory[] {
  const shown = mounts
    .map(({ mountPoint, top }) => ({ mountPoint, rest: below(path, top) }))
    .filter((mount) => mount.rest !== null)
    .sort((a, b) => (b.rest?.length ?? 0) - (a.rest?.length ?? 0))[0];
  if (!shown?.rest) return [];
  const { mountPoint, rest } = shown;
  return Array.from({ length: rest.length + 1 }, (_, up) => ({
    path: path.slice(0, path.length - up),
    directory: [mountPoint, ...rest.slice(0, rest.length - up)].join("/"),
  }));
}
