import { type Attempt, result } from "#daemon/remedies/remedied.ts";
import { collectChild } from "#kernel/wait.ts";
import type { Zombie } from "#process/zombie.ts";

/** Sexton's own children, or those that it was given as pid 1 of the namespace. */
export function waitFor(zombies: readonly Zombie[]): Attempt {
  const results = zombies.map((zombie) => {
    const status = collectChild(zombie.process.pid);
    if (typeof status === "number") return result(zombie, "wait", "reaped", "Sexton, its parent, has collected it.");
    if (status === "gone") return result(zombie, "wait", "gone", "It was collected before.");
    return result(zombie, "wait", "failed", "The kernel does not give it out yet: threads of it are still ending.");
  });
  return { results, stoppedMicros: null, borrowedMicros: null };
}
