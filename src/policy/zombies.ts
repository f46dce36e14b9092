import { isProblem } from "#base/errors.ts";
import type { Profile } from "#policy/profile.ts";
import { listTargets, type TargetSettings } from "#policy/target.ts";
import type { TargetRule } from "#policy/target-rule.ts";
import { familyOf } from "#process/app.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";
import { describeProcess, type Remedy, type Strategy, type Zombie } from "#process/zombie.ts";

/** What is done of sexton's own accord; `report`: nothing. */
export type ZombieRemedy = "report" | Exclude<Remedy, "wait">;

export interface ZombieSettings {
  readonly remedy: ZombieRemedy;
  /** How long a process that has ended is left to its parent. */
  readonly minAgeMs: number;
  /** Nobody has chosen it. */
  readonly minAgeIsDefault?: boolean;
}

/** A target's own settings, where it has any. */
export interface TargetZombies {
  readonly remedy?: ZombieRemedy | undefined;
  readonly minAge?: number | undefined;
}

/** The settings for the children of one process: those of the target that it belongs to, else those for all. */
export function settingsFor(
  parent: Process | null,
  table: ProcessTable,
  global: ZombieSettings,
  settings: TargetSettings,
  profiles: readonly Profile[],
): ZombieSettings {
  const own = Object.entries(settings.targets).filter(([, { zombies }]) => zombies);
  if (!parent || own.length === 0) return global;
  const listed = listTargets(table, settings, profiles);
  for (const [name, rule] of own) {
    const { zombies } = rule;
    // The first of that name is the configuration's: an app that was discovered may be called the same.
    const found = listed.find((target) => target.name === name)?.found;
    if (!found || isProblem(found)) continue;
    const { process, container } = found;
    // What is described by itself is meant as it stands; else the container is meant, with all that is in it.
    const isIts =
      (!isByProcess(rule) && container !== null && container.key === parent.container?.key) ||
      familyOf(process, table).some(({ pid }) => pid === parent.pid);
    if (!isIts) continue;
    const minAge = zombies?.minAge === undefined ? global : { minAgeMs: zombies.minAge };
    return { ...minAge, remedy: zombies?.remedy ?? global.remedy };
  }
  return global;
}

function isByProcess({ name, exe, args, pidFile, port }: TargetRule): boolean {
  return [name, exe, args, pidFile, port].some((condition) => condition !== undefined);
}

/** The least age for a request that names none: an app that is slow may still mean to wait. */
export const adoptionMinAgeMs = 60_000;

/** The least age for what sexton does of its own accord: that of requests, unless the configuration has chosen one. */
export function automaticAgeMs({ remedy, minAgeMs, minAgeIsDefault }: ZombieSettings): number {
  return remedy === "adopt" && minAgeIsDefault ? Math.max(minAgeMs, adoptionMinAgeMs) : minAgeMs;
}

/**
 * The remedies that a request tries, in order, until one works. `auto` is the mildest that works: adoption only where
 * the configuration has it, and never the end of the parent.
 */
export function remediesToTry(strategy: Strategy, { remedy }: Pick<ZombieSettings, "remedy">): readonly Remedy[] {
  if (strategy !== "auto") return [strategy];
  return remedy === "adopt" ? ["wait", "nudge", "adopt"] : ["wait", "nudge"];
}

/** What sexton tries of its own accord: up to what the configuration names. Its own children it always collects. */
export function automaticRemedies({ remedy }: ZombieSettings, parentIsSelf: boolean): readonly Remedy[] {
  if (parentIsSelf) return ["wait"];
  switch (remedy) {
    case "report":
      return [];
    case "nudge":
      return ["nudge"];
    case "adopt":
      return ["nudge", "adopt"];
    case "terminate-parent":
      return ["nudge", "terminate-parent"];
  }
}

/** What a person can do about it, in one sentence. */
export function advise(zombie: Zombie, remedies: readonly Remedy[], { minAgeMs }: ZombieSettings): string {
  const { parent, cause } = zombie;
  const who = parent ? describeProcess(parent) : "the container runtime";
  switch (cause) {
    case "just-exited":
      return `Give ${who} until ${minAgeMs / 1000} s after the exit to collect it; most parents need milliseconds.`;
    case "traced":
      return "End or detach the program that traces it (gdb, strace): the tracer has to wait for it before its parent can.";
    case "parent-outside-namespace":
      return "Its parent is the container runtime, which collects what an exec or a probe leaves; if it stays, look at the runtime on the node, for nothing in the pod can collect it.";
    case "init-not-reaping":
      return remedies.includes("wait")
        ? "Pid 1 is sexton, which collects it."
        : `Let pid 1 be one that reaps, a pause image that waits for its children or sexton init: ${who} does not.`;
    case "parent-not-waiting":
      return `Have ${who} wait for its children (waitpid), or ${wayOut(remedies)}.`;
  }
}

function wayOut(remedies: readonly Remedy[]): string {
  const init = "start it under sexton init";
  if (remedies.includes("nudge")) return `try POST /zombies/reap, which sends it SIGCHLD, or ${init}`;
  if (remedies.includes("adopt")) {
    return `make it collect them without a restart: zombies.remedy: adopt, or POST /zombies/reap?strategy=adopt`;
  }
  if (remedies.includes("terminate-parent"))
    return `restart it (POST /zombies/reap?strategy=terminate-parent), or ${init}`;
  return `${init} in its own container, since sexton may neither signal it nor attach to it`;
}
