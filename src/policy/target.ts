import { isProblem, type Problem, problem } from "#base/errors.ts";
import { findMaster } from "#policy/master.ts";
import { matchesProfile, type Profile } from "#policy/profile.ts";
import { describeRule, type Located, matchRule, type TargetRule } from "#policy/target-rule.ts";
import { type App, findApps } from "#process/app.ts";
import { type Container, containerLabel, containerMatches, containerRef } from "#process/container.ts";
import { formatId } from "#process/identity.ts";
import { exeName, type Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";

export interface TargetSettings {
  readonly targets: Readonly<Record<string, TargetRule>>;
  /** The container whose main process is the main app, where there are several. */
  readonly targetContainer?: string | undefined;
  /** By target name, what was looked up for rules with a pid file or a port. */
  readonly located?: ReadonlyMap<string, Located> | undefined;
}

/** A named process that signals go to. */
export interface Target {
  readonly name: string;
  readonly process: Process;
  readonly container: Container | null;
  readonly profile: Profile | null;
  /** Verbs of the configuration, before those of the profile. */
  readonly verbs: Readonly<Record<string, string>>;
}

/** A target that can be listed though no process answers to it now. */
export interface NamedTarget {
  readonly name: string;
  readonly found: Target | Problem;
}

/** All targets: those of the configuration, then the apps that no target of the configuration has taken. */
export function listTargets(
  table: ProcessTable,
  settings: TargetSettings,
  profiles: readonly Profile[],
): NamedTarget[] {
  const configured = Object.entries(settings.targets).map(([name, rule]) => ({
    name,
    found: findConfigured(name, rule, table, settings, profiles),
  }));
  const taken = new Set(configured.flatMap(({ found }) => (isProblem(found) ? [] : [found.process.pid])));
  const apps = findApps(table)
    .map((app) => discovered(app, table, profiles))
    .filter(({ process }) => !taken.has(process.pid));
  return [...configured, ...apps.map((found) => ({ name: found.name, found }))];
}

/**
 * Which process `name` means: a target of the configuration, an app by container name, container id, process name or
 * profile. Without a name the one main app: the main process of the one container that is neither pause nor ours.
 */
export function resolveTarget(
  name: string | undefined,
  table: ProcessTable,
  settings: TargetSettings,
  profiles: readonly Profile[],
): Target | Problem {
  if (name !== undefined) return resolveNamed(name, table, settings, profiles);
  const configured = Object.keys(settings.targets);
  if (configured.length === 1) return resolveNamed(configured[0] as string, table, settings, profiles);
  const apps = findApps(table);
  const wanted = settings.targetContainer;
  // An init's app is the command that it was given, whoever else can be seen.
  const own = apps.find(({ main }) => main.pid === table.command);
  const chosen =
    wanted !== undefined
      ? apps.filter((app) => containerMatches(app.container, wanted) || app.name === wanted)
      : own
        ? [own]
        : apps;
  return choose(
    chosen.map((app) => discovered(app, table, profiles)),
    {
      none: () => noApp(wanted, apps),
      many: "Cannot choose the main app",
    },
  );
}

/** A process that was named by its pid: the target that it is, or a target of its own. */
export function targetOfProcess(
  process: Process,
  table: ProcessTable,
  settings: TargetSettings,
  profiles: readonly Profile[],
): Target {
  for (const { found } of listTargets(table, settings, profiles)) {
    if (!isProblem(found) && found.process.pid === process.pid) return found;
  }
  const profile = profiles.find((known) => matchesProfile(known, process)) ?? null;
  return { name: process.name, process, container: process.container, profile, verbs: {} };
}

function resolveNamed(
  name: string,
  table: ProcessTable,
  settings: TargetSettings,
  profiles: readonly Profile[],
): Target | Problem {
  const said = name.slice(0, 80);
  const rule = Object.hasOwn(settings.targets, name) ? settings.targets[name] : undefined;
  if (rule) return findConfigured(name, rule, table, settings, profiles);
  const targets = findApps(table).map((app) => discovered(app, table, profiles));
  const tests: ((target: Target) => boolean)[] = [
    ({ container }) => container?.name === name,
    ({ container }) => container !== null && containerLabel(container) === name,
    ({ container }) => containerMatches(container, name),
    ({ process }) => process.name === name || exeName(process.facts) === name,
    ({ profile }) => profile?.name === name,
  ];
  const matching = tests.map((test) => targets.filter(test)).find(({ length }) => length > 0) ?? [];
  const known = [...Object.keys(settings.targets), ...targets.map((target) => target.name)];
  return choose(matching, {
    none: () =>
      problem(
        "target-not-found",
        `Cannot find target "${said}": ${known.length === 0 ? "there are no targets" : `the targets are ${known.join(", ")}`}. GET /signal lists them.`,
        { candidates: targets.map(candidate) },
      ),
    many: `Cannot choose target "${said}"`,
  });
}

function findConfigured(
  name: string,
  rule: TargetRule,
  table: ProcessTable,
  settings: TargetSettings,
  profiles: readonly Profile[],
): Target | Problem {
  const located = settings.located?.get(name) ?? null;
  const found = matchRule(rule, table, located, profiles).map(
    ({ process, profile }): Target => ({
      name,
      process,
      container: process.container,
      profile,
      verbs: rule.verbs ?? {},
    }),
  );
  return choose(found, {
    none: () => {
      const reason = located?.problem ?? `no process matches ${describeRule(rule)} at this moment`;
      const candidates = findApps(table).map((app) => candidate(discovered(app, table, profiles)));
      return problem("target-not-found", `Cannot find target "${name}": ${reason}.`, { candidates });
    },
    many: `Cannot choose the process of target "${name}", which is configured as ${describeRule(rule)}`,
  });
}

function discovered(app: App, table: ProcessTable, profiles: readonly Profile[]): Target {
  const { process, profile } = findMaster(app, table, profiles);
  return { name: app.name, process, container: app.container, profile, verbs: {} };
}

function choose(targets: readonly Target[], say: { none: () => Problem; many: string }): Target | Problem {
  const [only, ...others] = targets;
  if (!only) return say.none();
  if (others.length === 0) return only;
  const names = targets.map(({ name, process }) => `${name} (pid ${process.pid})`).join(", ");
  return problem(
    "target-ambiguous",
    `${say.many}: there are ${targets.length}, ${names}. Name one with ?target= where a signal is asked for, or set targetContainer or a target in the configuration.`,
    { candidates: targets.map(candidate) },
  );
}

function candidate({ name, process, container, profile }: Target) {
  return {
    name,
    pid: process.pid,
    id: formatId(process),
    container: containerRef(container),
    profile: profile?.name ?? null,
  };
}

function noApp(wanted: string | undefined, apps: readonly App[]): Problem {
  const detail =
    wanted === undefined
      ? "Cannot find the main app: no other container's process is visible. Either it has not started yet, or the pod lacks shareProcessNamespace: true."
      : `Cannot find the main app: no container is called "${wanted}" (targetContainer); ${apps.length === 0 ? "no app is visible" : `visible are ${apps.map(({ name }) => name).join(", ")}`}.`;
  return problem("target-not-found", detail, { candidates: [] });
}
