import { hostname } from "node:os";
import { systemClock } from "#base/clock.ts";
import { isProblem } from "#base/errors.ts";
import type { Log } from "#base/log.ts";
import type { Agent } from "#daemon/agent.ts";
import type { Bus } from "#daemon/bus.ts";
import { readContent } from "#daemon/content/read.ts";
import { findSubPath } from "#daemon/content/sub-path.ts";
import { watchContent } from "#daemon/content/watch.ts";
import { ageOf, createApply, oldWorkers, targetProblem } from "#daemon/evidence/apply.ts";
import { createReloader } from "#daemon/reload/reloader.ts";
import { validate } from "#daemon/validate/validate.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { WatchSettings } from "#process/reload.ts";
import type { RunProgram } from "#process/run-program.ts";

export interface ReloadsMeans {
  readonly root: ProcRoot;
  readonly bus: Bus;
  readonly log: Log;
  readonly agent: Agent;
  readonly settings: readonly WatchSettings[];
  /** The pod's name by the downward API, where it is given. */
  readonly podName: string | undefined;
  /** Null where sexton starts no programs. */
  readonly runProgram: RunProgram | null;
}

export type ServedReloader = ReturnType<typeof createServedReloader>;

/** The reloader and what it is made of. */
export function createServedReloader({ root, bus, log, agent, settings, podName, runProgram }: ReloadsMeans) {
  const preview = async (watch: WatchSettings) => {
    const receiver = { target: watch.target ?? undefined };
    if (watch.http) return null;
    const rest = { force: false, dryRun: true, waitMs: 0, abort: new AbortController().signal, watch: watch.name };
    const found = await agent.signal({ ...receiver, verb: watch.verb, ...rest });
    return isProblem(found) ? found : null;
  };
  const reloader = createReloader({
    clock: systemClock,
    bus,
    log,
    settings,
    // The host name is the pod's, where nothing else is said.
    podName: podName ?? hostname(),
    watchContent,
    readContent,
    validate: (validation, files, abort, tellUnjudged) => validate(validation, files, abort, tellUnjudged, runProgram),
    apply: createApply({ root, bus, agent }),
    preview,
    oldWorkers: (watch) => oldWorkers({ agent }, watch),
    ageOf: (watch) => ageOf({ agent, root }, watch),
    targetProblem: (watch) => targetProblem({ agent }, watch),
    findSubPath: (paths) => findSubPath(root, "self", paths),
  });
  const isMain = (name: string) => {
    const main = agent.knownTarget({});
    return !isProblem(main) && main.name === name;
  };
  return {
    ...reloader,
    /** For who has a target reload and is no watch: how often the files of those that look after it have been opened. */
    opensOf: (name: string) =>
      reloader.opensOf(({ target, http }) => http === null && (target === null ? isMain(name) : target === name)),
  };
}
