import { containerLabel } from "#process/container.ts";
import type { ExitFacts } from "#process/event.ts";
import { formatId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";

/**
 * Why a process that has ended is still there. `just-exited`: its parent has not had the time yet ·
 * `parent-not-waiting`: the parent lives and does not collect it · `init-not-reaping`: pid 1 has taken it over, and does
 * not either · `parent-outside-namespace`: the runtime started it and must collect it · `traced`: its tracer comes first.
 */
export const zombieCauses = [
  "parent-not-waiting",
  "init-not-reaping",
  "parent-outside-namespace",
  "traced",
  "just-exited",
] as const;
export type ZombieCause = (typeof zombieCauses)[number];

/** From mild to hard. */
export const remedies = ["wait", "nudge", "adopt", "terminate-parent"] as const;
export type Remedy = (typeof remedies)[number];

/** What a request may ask for. `auto`: the mildest remedy that works. */
export const strategies = ["auto", ...remedies] as const;
export type Strategy = (typeof strategies)[number];

export interface Zombie {
  /** As it was while it lived, but for the state. */
  readonly process: Process;
  readonly exit: ExitFacts;
  /** Milliseconds since the epoch: when it ended; where nobody saw that, when it was first found so. */
  readonly since: number;
  readonly sinceIsExact: boolean;
  readonly ageMs: number;
  /** Null: outside of the namespace. */
  readonly parent: Process | null;
  readonly cause: ZombieCause;
}

export interface ZombieSigns {
  readonly ppid: number;
  /** Null or 0: nobody traces it. */
  readonly tracerPid: number | null;
  readonly ageMs: number;
  /** On a node the pod's pid 1 has another pid. */
  readonly parentIsPause?: boolean;
}

/** `minAgeMs` is what the parent is given to collect it. */
export function zombieCause(
  { ppid, tracerPid, ageMs, parentIsPause = false }: ZombieSigns,
  minAgeMs: number,
): ZombieCause {
  if (ageMs < minAgeMs) return "just-exited";
  if (tracerPid && tracerPid !== ppid) return "traced";
  if (ppid === 0) return "parent-outside-namespace";
  return ppid === 1 || parentIsPause ? "init-not-reaping" : "parent-not-waiting";
}

/** `php-fpm (pid 17, container web)`. */
export function describeProcess({ pid, name, container }: Pick<Process, "pid" | "name" | "container">): string {
  return `${name} (pid ${pid}${container?.name ? `, container ${containerLabel(container)}` : ""})`;
}

/** One parent with its zombies; without a parent that can be seen there is one group of them all. */
export interface Brood {
  readonly parent: Process | null;
  readonly zombies: readonly Zombie[];
}

export function broodsOf(zombies: readonly Zombie[]): Brood[] {
  const groups = Map.groupBy(zombies, ({ parent }) => (parent ? formatId(parent) : ""));
  return [...groups.values()]
    .map((members) => ({ parent: members[0]?.parent ?? null, zombies: members }))
    .sort((a, b) => b.zombies.length - a.zombies.length);
}
