import { readFileSync } from "node:fs";

/** Its child where it has one: nsenter and unshare fork before they become what was asked for. */
export function childOf(pid: number): number {
  const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return first ? Number(first) : pid;
}

/** nsenter stops itself when its child is stopped, and is not told when that goes on: then it would never end. */
export function goOn(pid: number): void {
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // It has ended.
  }
}
