import { isProblem, type Problem } from "#base/errors.ts";
import { locateTargets } from "#daemon/locate.ts";
import type { Observer } from "#daemon/observer.ts";
import { goneProblem, replacedProblem, unreadProblem } from "#daemon/unread.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import { profiles } from "#policy/profiles.ts";
import {
  listTargets,
  type NamedTarget,
  resolveTarget,
  type Target,
  type TargetSettings,
  targetOfProcess,
} from "#policy/target.ts";
import { hasExeced } from "#process/diff.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";

export interface ProcessRef {
  readonly pid: number;
  readonly startTicks: number | null;
}

/** Who is meant: a target by name, one process instead of it, or neither for the main app. */
export interface Receiver {
  readonly target?: string | undefined;
  readonly process?: ProcessRef | undefined;
}

export interface Resolver {
  process(ref: ProcessRef): Process | Problem;
  /** The one target that is meant, as it is now. */
  target(receiver: Receiver): Target | Problem;
  /** The same by what is known, which may be a moment old: cheap enough for whoever asks often. */
  knownTarget(receiver: Receiver): Target | Problem;
  targets(): readonly NamedTarget[];
}

/** Finds processes and targets. `catchUp` brings the watcher's knowledge up to this moment. */
export function createResolver(
  root: ProcRoot,
  observer: Observer,
  settings: () => TargetSettings,
  catchUp: (() => void) | undefined,
): Resolver {
  /** The process as it is now: a table of a quarter second ago may hold one that has ended, or miss a new one. */
  function find(ref: ProcessRef): Process | Problem {
    const stat = readStat(root, ref.pid);
    if (stat === null || isUnread(stat)) return unreadProblem(ref, stat);
    if (ref.startTicks !== null && stat.startTicks !== ref.startTicks) {
      return replacedProblem({ pid: ref.pid, startTicks: ref.startTicks }, stat.startTicks);
    }
    const known = observer.table().byPid.get(ref.pid);
    if (known?.startTicks === stat.startTicks) return known;
    // The id of a thread opens in /proc, but names no process and is in no listing: no scan would find it.
    const status = readStatus(root, ref.pid);
    if (status !== null && !isUnread(status) && status.tgid !== null && status.tgid !== ref.pid)
      return goneProblem(ref);
    return observer.table(0).byPid.get(ref.pid) ?? goneProblem(ref);
  }

  function resolve({ target, process }: Receiver, table: ProcessTable): Target | Problem {
    if (!process) return resolveTarget(target, table, locating(table, target), profiles);
    const found = find(process);
    return isProblem(found) ? found : targetOfProcess(found, table, settings(), profiles);
  }

  /** The settings with what they need from outside of the table: for the one target that is asked for, else for all. */
  function locating(table: ProcessTable, name?: string): TargetSettings {
    const given = settings();
    const { targets } = given;
    const wanted = name === undefined ? targets : Object.hasOwn(targets, name) ? { [name]: targets[name] ?? {} } : {};
    return { ...given, located: locateTargets(root, wanted, table) };
  }

  return {
    process: find,
    /**
     * Resolved on what the watcher knows, without a scan, where that names one process and a look at it confirms it;
     * else on a scan of now.
     */
    target(receiver) {
      if (catchUp) {
        catchUp();
        const known = resolve(receiver, observer.live());
        // One process was asked for and looked at: a scan would find nothing else.
        if (receiver.process && isProblem(known)) return known;
        const now = isProblem(known) ? null : observer.look(known.process.pid);
        if (!isProblem(known) && now?.startTicks === known.process.startTicks && !hasExeced(known.process, now)) {
          return { ...known, process: now };
        }
      }
      return resolve(receiver, observer.table(0));
    },
    knownTarget: (receiver) => resolve(receiver, catchUp ? observer.live() : observer.table()),
    targets() {
      const table = observer.table();
      return listTargets(table, locating(table), profiles);
    },
  };
}
