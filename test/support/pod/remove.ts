import { readFileSync, rmdirSync } from "node:fs";
import { until } from "./command.ts";
import { tryPodman } from "./ground.ts";

/**
 * Removes a pod and leaves nothing of it. Each container has a conmon that cleans up after it; a removal that meets
 * one still at work waits for seconds. So: kill, let them finish, remove.
 */
export async function removePod(name: string): Promise<void> {
  const id = (await tryPodman("pod", "inspect", "--format", "{{.ID}}", name)).stdout.trim();
  const listed = await tryPodman("ps", "--all", "--quiet", "--no-trunc", "--filter", `pod=${name}`);
  const ids = listed.stdout.split("\n").filter((id) => id !== "");
  if (ids.length > 0) {
    const { stdout } = await tryPodman("inspect", "--format", "{{.State.ConmonPid}}", ...ids);
    const conmons = stdout
      .split("\n")
      .map(Number)
      .filter((pid) => pid > 0);
    await tryPodman("pod", "kill", name);
    await until("conmon to end", async () => conmons.every(hasEnded) || undefined);
  }
  const { exitCode, stderr } = await tryPodman("pod", "rm", "--force", "--time", "0", "--ignore", name);
  if (exitCode !== 0) throw new Error(`Cannot remove pod ${name}: ${stderr}`);
  if (/^[0-9a-f]{64}$/.test(id)) removeNamedCgroups(id);
}

/** On hybrid cgroups podman forgets the hierarchies that carry no controller. */
function removeNamedCgroups(podId: string): void {
  for (const hierarchy of ["unified", "systemd"]) {
    try {
      rmdirSync(`/sys/fs/cgroup/${hierarchy}/libpod_parent/${podId}`);
    } catch {
      // Not there: pure cgroup v2, or podman has removed it after all.
    }
  }
}

/** Gone, or a zombie: whoever has to collect it may take its time. */
export function hasEnded(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return true;
  }
}
