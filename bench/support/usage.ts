import { readdirSync, readFileSync } from "node:fs";

export interface MemoryUse {
  readonly rssAnonMB: number;
  readonly rssMB: number;
}

export function memoryUse(pid: number): MemoryUse {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
  return { rssAnonMB: megabytes("RssAnon"), rssMB: megabytes("VmRSS") };
}

export function childrenOf(parent: number): number[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      // Behind the name, which may hold anything: the state and the parent.
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ", 2)[1]) === parent ? [pid] : [];
    } catch {
      return [];
    }
  });
}

/** The pid by which a process knows itself, in its own PID namespace. */
export function ownPid(pid: number): number {
  const line = /^NSpid:(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? `${pid}`;
  return Number(line.trim().split(/\s+/).at(-1));
}
