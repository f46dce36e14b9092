import { isProblem, type Problem } from "#base/errors.ts";
import { type Finding, withLines, yamlWord } from "#policy/findings/finding.ts";
import type { Place } from "#policy/findings/place.ts";
import type { NamedTarget, Target } from "#policy/target.ts";
import { findApps } from "#process/app.ts";
import type { WatchState } from "#process/reload.ts";
import type { ProcessTable } from "#process/table.ts";

interface Aimed {
  readonly table: ProcessTable;
  readonly place: Place;
  /** Those of the configuration and the apps that were found. */
  readonly targets: readonly NamedTarget[];
  readonly main: Target | Problem;
  readonly watches: readonly WatchState[];
}

/** Targets that nobody answers to, and a main app that could be any of several. */
export function targetFindings({ table, place, targets, main, watches }: Aimed): Finding[] {
  const apps = findApps(table);
  // A native sidecar starts before its app: that nobody is there yet is told by itself, and is no fault of a rule's.
  const isEarly = place === "shared" && apps.length === 0;
  const unresolved = targets.flatMap(({ name, found }) =>
    isProblem(found) ? [unresolvedTarget(name, found, watches, isEarly)] : [],
  );
  // Where there is one target in the configuration, it is the main app, and told by its name; where there is no app, that is.
  if (!isProblem(main) || apps.length === 0 || unresolved.length > 0) return unresolved;
  const first = apps[0]?.container?.name ?? "app";
  const needsOne = watches.some((watch) => watch.settings.target === null && waits(watch));
  // A node has many apps, and none of them is the main one.
  if (place === "node" && !needsOne) return [];
  return [
    {
      id: "target-unresolved",
      severity: needsOne ? "error" : main.kind === "target-ambiguous" ? "info" : "warning",
      title:
        main.kind === "target-ambiguous"
          ? "Nothing says which app is the main one"
          : "The main app is not among the apps",
      seen: main.detail,
      why: needsOne
        ? "A watch without a target reloads the main app: so it reloads none."
        : "`sexton reload` and POST /signal/reload need a target each time.",
      fix: withLines("Name its container:", `env:\n  - { name: SEXTON_TARGET_CONTAINER, value: ${yamlWord(first)} }`),
    },
  ];
}

/** For a process to be signalled; a watch that will never have one is told by itself. */
function waits({ settings, targetProblem }: WatchState): boolean {
  return settings.http === null && targetProblem === null;
}

function unresolvedTarget(name: string, problem: Problem, watches: readonly WatchState[], isEarly: boolean): Finding {
  const isWatched = watches.some((watch) => watch.settings.target === name && waits(watch));
  return {
    id: "target-unresolved",
    severity: isEarly ? "info" : isWatched ? "error" : "warning",
    title: `Target ${name} is nobody`,
    seen: problem.detail,
    why: isWatched
      ? "Changes of the configuration wait until there is such a process."
      : "Signals to this target are answered with 404 or 409.",
    fix: "Compare the rule with what runs: sexton ps. As a native sidecar sexton may have started before the app.",
  };
}
