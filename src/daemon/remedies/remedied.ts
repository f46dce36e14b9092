import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import type { Remedy, Zombie } from "#process/zombie.ts";

export const reapOutcomes = ["reaped", "gone", "would-reap", "refused", "failed"] as const;
export type ReapOutcome = (typeof reapOutcomes)[number];

/** What became of one zombie. */
export interface Remedied {
  readonly zombie: Zombie;
  readonly strategy: Remedy | "auto";
  readonly outcome: ReapOutcome;
  /** A sentence. */
  readonly detail: string;
  /** Lines for sexton's container that would change a refusal. */
  readonly fix: string | null;
}

/** What an attempt on one parent's zombies came to. */
export interface Attempt {
  readonly results: readonly Remedied[];
  /** How long a thread of the parent stood still for it; null for remedies that stop nobody. */
  readonly stoppedMicros: number | null;
  readonly borrowedMicros: number | null;
}

/** Whether it is still there and still a zombie of this identity. */
export function isStillZombie(root: ProcRoot, { process }: Zombie): boolean {
  const stat = readStat(root, process.pid);
  return stat !== null && !isUnread(stat) && stat.startTicks === process.startTicks && stat.state === "Z";
}

export function result(
  zombie: Zombie,
  strategy: Remedied["strategy"],
  outcome: ReapOutcome,
  detail: string,
  fix: string | null = null,
): Remedied {
  return { zombie, strategy, outcome, detail, fix };
}

/** An attempt that was not made. */
export function refused(
  members: readonly Zombie[],
  remedy: Remedy,
  { detail, fix }: { detail: string; fix: string | null },
): Attempt {
  const results = members.map((zombie) => result(zombie, remedy, "refused", detail, fix));
  return { results, stoppedMicros: null, borrowedMicros: null };
}

export function tooYoungFor({ ageMs }: Zombie, minAgeMs: number): string {
  const age = Math.floor(ageMs / 100) / 10;
  return `It ended ${age} s ago, and its parent may still mean to wait for it: minAgeSeconds is ${minAgeMs / 1000}.`;
}
