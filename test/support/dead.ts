import type { Process } from "#process/process.ts";
import type { Zombie } from "#process/zombie.ts";
import { podOf, type Row } from "./processes.ts";

/** One process of a pod, in the container `web` where the row names none. */
export function processOf(row: Row): Process {
  const found = podOf({ in: "web", ...row }).byPid.get(row.pid);
  if (!found) throw new Error(`process ${row.pid} is not in the pod`);
  return found;
}

/** A zombie of a parent (null: outside of the namespace), with what a test has to say about it. */
export function zombieOf(pid: number, parent: Process | null, more: Partial<Zombie> = {}): Zombie {
  return {
    process: processOf({ pid, name: "child", state: "zombie", ppid: parent?.pid ?? 0 }),
    exit: { exitCode: 0, signal: null, coreDumped: false },
    since: 0,
    sinceIsExact: true,
    ageMs: 60_000,
    parent,
    cause: parent ? "parent-not-waiting" : "parent-outside-namespace",
    ...more,
  };
}
