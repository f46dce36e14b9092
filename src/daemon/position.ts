import { readCgroup } from "#kernel/procfs/cgroup.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { containerIdOf, podUidOf } from "#process/container.ts";
import type { Surroundings } from "#process/table.ts";

/** What sexton looks after, as the configuration has it. */
export type Position = "auto" | "pod" | "node";

/**
 * Whether sexton is in the node position: it sees every pod, and acts in none unless it is told to. On a machine without
 * containers around sexton it is somebody's own tool, and in front of an app its init.
 */
export function isNodePosition(root: ProcRoot, wanted: Position, { initialNamespace, command }: Surroundings): boolean {
  if (wanted !== "auto") return wanted === "node";
  return initialNamespace && command == null && isContained(root);
}

/** By sexton's own cgroup; where a private cgroup namespace hides that, by the machine's pid 1, which is outside of it. */
function isContained(root: ProcRoot): boolean {
  const paths = pathsOf(root, "self");
  if (paths.some((path) => containerIdOf(path) !== null || podUidOf(path) !== null)) return true;
  return pathsOf(root, 1).some((path) => path.startsWith("/.."));
}

function pathsOf(root: ProcRoot, pid: number | "self"): string[] {
  const lines = readCgroup(root, pid);
  return isUnread(lines) ? [] : lines.map(({ path }) => path);
}
