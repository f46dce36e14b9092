import { findMaster, type Master } from "#policy/master.ts";
import type { Profile } from "#policy/profile.ts";
import type { TargetZombies } from "#policy/zombies.ts";
import { familyOf, findApps } from "#process/app.ts";
import { containerMatches } from "#process/container.ts";
import { commandLine, exeName, type Process } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";
import type { ProcessTable } from "#process/table.ts";

/** A target of the configuration: which process it means. Conditions that are given must all hold. */
export interface TargetRule {
  readonly container?: string | undefined;
  readonly profile?: string | undefined;
  readonly name?: string | undefined;
  readonly exe?: string | undefined;
  readonly args?: string | undefined;
  /** A file that holds the pid, as sexton sees it: in a volume that both mount. */
  readonly pidFile?: string | undefined;
  /** The TCP port that the process listens on. */
  readonly port?: number | undefined;
  readonly verbs?: Readonly<Record<string, string>> | undefined;
  readonly zombies?: TargetZombies | undefined;
}

/** What was found outside of the table for a rule with a pid file or a port. */
export interface Located {
  readonly pids: readonly number[];
  /** Why there are none. */
  readonly problem: string | null;
}

/** All processes that a rule describes, less those whose parent it describes too. */
export function matchRule(
  rule: TargetRule,
  table: ProcessTable,
  located: Located | null,
  known: readonly Profile[],
): Master[] {
  // Nobody has looked it up, so nobody is known to match.
  if (located === null && (rule.pidFile !== undefined || rule.port !== undefined)) return [];
  const profiles = rule.profile === undefined ? known : known.filter(({ name }) => name === rule.profile);
  const byProcess = located !== null || rule.name !== undefined || rule.exe !== undefined || rule.args !== undefined;
  const found = byProcess ? topmost(rule, table, located) : mainsOf(rule, table);
  return found.flatMap((main) => {
    const master = findMaster({ name: main.name, container: main.container, main }, table, profiles);
    if (!byProcess) return rule.profile !== undefined && master.profile === null ? [] : [master];
    // What is described by itself is meant as it stands, even where a profile knows a process below it.
    const own = master.process.pid === main.pid ? master.profile : null;
    return [{ process: main, profile: rule.profile === undefined ? own : (profiles[0] ?? null) }];
  });
}

function mainsOf(rule: TargetRule, table: ProcessTable): Process[] {
  return findApps(table)
    .filter((app) => isWanted(rule.container, app.main) || app.name === rule.container)
    .map(({ main }) => main);
}

function topmost(rule: TargetRule, table: ProcessTable, located: Located | null): Process[] {
  const args = rule.args === undefined ? null : new RegExp(rule.args);
  const matching = poolOf(table).filter(
    (process) =>
      !hasEnded(process) &&
      isWanted(rule.container, process) &&
      (located === null || located.pids.includes(process.pid)) &&
      (rule.name === undefined || process.name === rule.name) &&
      (rule.exe === undefined || process.facts.exe === rule.exe || exeName(process.facts) === rule.exe) &&
      (args === null || args.test(commandLine(process))),
  );
  const pids = new Set(matching.map(({ pid }) => pid));
  return matching.filter(({ ppid }) => !pids.has(ppid));
}

/** The apps' own processes without those of exec sessions beside them, and those that belong to no container. */
function poolOf(table: ProcessTable): Process[] {
  const apps = findApps(table).flatMap(({ main }) => familyOf(main, table));
  const others = table.processes.filter(
    ({ role, kernelThread, pid }) => role === "other" && !kernelThread && pid !== 1,
  );
  return [...apps, ...others];
}

function isWanted(container: string | undefined, process: Process): boolean {
  return container === undefined || containerMatches(process.container, container);
}

/** `container "nginx" and name "worker"`. */
export function describeRule({ verbs: _, zombies: __, ...rule }: TargetRule): string {
  const parts = Object.entries(rule).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} ${JSON.stringify(value)}`],
  );
  return parts.length === 0 ? "the main app" : parts.join(" and ");
}
