import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { until } from "../pod/command.ts";

/** Where each hierarchy of cgroups is mounted: several of them with cgroups v1, one with v2. */
function hierarchies(): readonly string[] {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return mounts.flatMap((line) => (/ - cgroup2? /.test(line) ? (line.split(" ")[4] ?? []) : []));
}

/** The folder of a cgroup with the pids controller. */
export function pidsCgroup(cgroup: string): string {
  const v1 = "/sys/fs/cgroup/pids";
  return join(existsSync(v1) ? v1 : "/sys/fs/cgroup", cgroup);
}

/** As a kubelet does before it has the sandbox made. */
export function limitPids(cgroup: string, limit: number): void {
  const folder = pidsCgroup(cgroup);
  mkdirSync(folder, { recursive: true });
  // On cgroup v2 a controller must be handed down, by each that is above.
  for (const above of aboveOf(folder)) {
    const control = join(above, "cgroup.subtree_control");
    if (existsSync(control)) writeFileSync(control, "+pids");
  }
  writeFileSync(join(folder, "pids.max"), String(limit));
}

function aboveOf(folder: string): string[] {
  const parent = dirname(folder);
  return existsSync(join(parent, "cgroup.procs")) ? [...aboveOf(parent), parent] : [];
}

/** Removes a cgroup with all below it, once all in them has ended. */
export async function removeCgroups(cgroup: string): Promise<void> {
  const folders = hierarchies().map((hierarchy) => join(hierarchy, cgroup));
  await until(`the cgroups in ${cgroup} to be empty`, async () => folders.every(removeTree) || undefined);
}

function removeTree(folder: string): boolean {
  if (!existsSync(folder)) return true;
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (!below.map(({ name }) => removeTree(join(folder, name))).every(Boolean)) return false;
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
