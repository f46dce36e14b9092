import type { Process } from "#ui/api/answers.ts";
import { containerName } from "#ui/model/containers.ts";

export const sortKeys = ["command", "pid", "user", "state", "cpu", "rss", "threads", "fds", "age"] as const;
export type SortKey = (typeof sortKeys)[number];

export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

export type FdsOf = (id: string) => number | null;

/** What is compared; unknown comes last whatever the direction. */
function sortValue(process: Process, key: SortKey, fdsOf: FdsOf): number | string | null {
  switch (key) {
    case "command":
      return process.commandLine ?? process.name;
    case "pid":
      return process.pid;
    case "user":
      return process.uid;
    case "state":
      return process.state;
    case "cpu":
      return process.cpuPercent;
    case "rss":
      return process.rssBytes;
    case "threads":
      return process.threads;
    case "fds":
      return fdsOf(process.id);
    case "age":
      return process.uptimeSeconds;
  }
}

export function sorted(processes: readonly Process[], { key, descending }: Sort, fdsOf: FdsOf): Process[] {
  const keyed = processes.map((process) => ({ process, value: sortValue(process, key, fdsOf) }));
  keyed.sort((a, b) => {
    if (a.value === b.value) return a.process.pid - b.process.pid;
    if (a.value === null) return 1;
    if (b.value === null) return -1;
    const order = a.value < b.value ? -1 : 1;
    return descending ? -order : order;
  });
  return keyed.map(({ process }) => process);
}

/** Whether a process has every word of the filter somewhere; an empty filter has none. */
export function createFilter(filter: string): ((process: Process) => boolean) | null {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  return (process) => {
    const { pid, name, commandLine, exe, state, uid, role } = process;
    const all = `${pid}\n${name}\n${commandLine ?? ""}\n${exe ?? ""}\n${state}\nuid:${uid}\n${role}\n${containerName(process)}`;
    const haystack = all.toLowerCase();
    return words.every((word) => haystack.includes(word));
  };
}
