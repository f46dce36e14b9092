import { containerLabel, containerMatches } from "#process/container.ts";
import type { Process } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";
import type { ProcessTable } from "#process/table.ts";

/**
 * The names of the apps that have a process which has not ended, exec sessions too: a container is there as long as one of
 * its processes. `only`: those of this container alone, or of this process where no cgroup tells containers apart.
 */
export function appsLeft(table: ProcessTable, only: string | undefined): string[] {
  const isMeant = ({ container, name }: Process) =>
    only === undefined || containerMatches(container, only) || (container === null && name === only);
  const left = table.processes.filter((process) => process.role === "app" && !hasEnded(process) && isMeant(process));
  return [...new Set(left.map(({ container, name }) => containerLabel(container) ?? name))];
}
