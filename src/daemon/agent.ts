import type { Clock } from "#base/clock.ts";
import { isProblem, type Problem } from "#base/errors.ts";
import { type ContainerSummary, summarizeContainers } from "#daemon/containers.ts";
import { readProcessFile } from "#daemon/files.ts";
import { inspect, type ProcessDetail } from "#daemon/inspect.ts";
import { locateTargets } from "#daemon/locate.ts";
import { createObserver, type Observer } from "#daemon/observer.ts";
import { createPerformer, type Delivered, type Delivery } from "#daemon/perform.ts";
import { createPids, type Pids } from "#daemon/pids.ts";
import { reloadWaitMs } from "#daemon/reload-follow.ts";
import { createSignalRegister, type SignalMeans } from "#daemon/signal-register.ts";
import { lookAround } from "#daemon/surroundings.ts";
import { goneProblem, replacedProblem, unreadProblem } from "#daemon/unread.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import { profiles } from "#policy/profiles.ts";
import { refuseProtected, type SignalSettings } from "#policy/signal.ts";
import {
  listTargets,
  type NamedTarget,
  resolveTarget,
  type Target,
  type TargetSettings,
  targetOfProcess,
} from "#policy/target.ts";
import { type Intent, readIntent, verbsOf } from "#policy/verb.ts";
import type { ZombieSettings } from "#policy/zombies.ts";
import { hasExeced } from "#process/diff.ts";
import type { Disposition } from "#process/disposition.ts";
import type { ProcessFile } from "#process/file.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";
import type { TraceContext } from "#process/trace-context.ts";

/** The settings that can change while sexton runs. */
export interface AgentSettings extends TargetSettings {
  readonly signals: SignalSettings;
  readonly exposeEnviron: boolean;
  readonly zombies: ZombieSettings;
}

export interface ProcessRef {
  readonly pid: number;
  readonly startTicks: number | null;
}

export interface SignalRequest {
  /** A verb or a signal's name or number. */
  readonly verb: string;
  readonly target?: string | undefined;
  /** One process instead of a target. */
  readonly process?: ProcessRef | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
  /** Null: 2 s for a reload, else 0. */
  readonly waitMs: number | null;
  readonly abort: AbortSignal;
  /** Of the request, where it is known. */
  readonly trace?: TraceContext | null;
}

export interface SignalReport extends Delivered {
  readonly target: Target;
  readonly intent: Intent;
}

export interface VerbPreview {
  readonly verb: string;
  readonly signal: Intent["signal"];
  readonly disposition: Disposition | null;
  readonly willSend: boolean;
}

export interface TargetPreview {
  readonly named: NamedTarget;
  readonly verbs: readonly VerbPreview[];
  readonly problem: Problem | null;
}

/** What HTTP can ask of the daemon. A refusal is a Problem, never an exception. */
export interface Agent {
  settings(): AgentSettings;
  configure(settings: AgentSettings): void;
  table(): ProcessTable;
  process(ref: ProcessRef): Process | Problem;
  inspect(ref: ProcessRef): ProcessDetail | Problem;
  readFile(ref: ProcessRef, file: ProcessFile): string | Problem;
  containers(): ContainerSummary[];
  targets(): TargetPreview[];
  signal(request: SignalRequest): Promise<SignalReport | Problem>;
  /** Resolves when what is being followed is told as it is known by now. */
  stop(): Promise<void>;
}

/** With where each signal is told, the refused ones too. */
export interface AgentOptions extends SignalMeans {
  readonly selfPid?: number;
  /** The one that the watcher shares, so that they share scans. */
  readonly observer?: Observer;
  /** Brings the watcher's knowledge up to this moment. */
  readonly catchUp?: () => void;
  /** With the history of what the containers hold; without one the growth is unknown. */
  readonly pids?: Pick<Pids, "budgets">;
}

export function createAgent(
  root: ProcRoot,
  clock: Clock,
  initial: AgentSettings,
  {
    selfPid = process.pid,
    observer = createObserver(root, clock, lookAround(root, selfPid)),
    catchUp,
    pids = withoutHistory(root, clock, observer, selfPid),
    ...means
  }: AgentOptions = {},
): Agent {
  const performer = createPerformer(root, clock, selfPid);
  const register = createSignalRegister(clock, means);
  let settings = initial;

  /** The process as it is now: a table of a quarter second ago may hold one that has ended, or miss a new one. */
  function find(ref: ProcessRef): Process | Problem {
    const stat = readStat(root, ref.pid);
    if (stat === null || isUnread(stat)) return unreadProblem(ref, stat);
    if (ref.startTicks !== null && stat.startTicks !== ref.startTicks) {
      return replacedProblem({ pid: ref.pid, startTicks: ref.startTicks }, stat.startTicks);
    }
    const known = observer.table().byPid.get(ref.pid);
    const current = known?.startTicks === stat.startTicks ? known : observer.table(0).byPid.get(ref.pid);
    // The id of a thread opens in /proc, but names no process and is in no listing.
    return current ?? goneProblem(ref);
  }

  function withProcess<T>(ref: ProcessRef, action: (process: Process) => T | Problem): T | Problem {
    const found = find(ref);
    return isProblem(found) ? found : action(found);
  }

  /**
   * Resolved on what the watcher knows, without a scan, where that names one process and a look at it confirms it;
   * else on a scan of now.
   */
  function targetOf(request: SignalRequest): Target | Problem {
    if (catchUp) {
      catchUp();
      const known = resolve(request, observer.live());
      // One process was asked for and looked at: a scan would find nothing else.
      if (request.process && isProblem(known)) return known;
      const now = isProblem(known) ? null : observer.look(known.process.pid);
      if (!isProblem(known) && now?.startTicks === known.process.startTicks && !hasExeced(known.process, now)) {
        return { ...known, process: now };
      }
    }
    return resolve(request, observer.table(0));
  }

  function resolve(request: SignalRequest, table: ProcessTable): Target | Problem {
    if (!request.process) return resolveTarget(request.target, table, locating(table, request.target), profiles);
    const found = find(request.process);
    return isProblem(found) ? found : targetOfProcess(found, table, settings, profiles);
  }

  /** The settings with what they need from outside of the table: for the one target that is asked for, else for all. */
  function locating(table: ProcessTable, name?: string): TargetSettings {
    const { targets } = settings;
    const wanted = name === undefined ? targets : Object.hasOwn(targets, name) ? { [name]: targets[name] ?? {} } : {};
    return { ...settings, located: locateTargets(root, wanted, table) };
  }

  function preview(named: NamedTarget): TargetPreview {
    if (isProblem(named.found)) return { named, verbs: [], problem: named.found };
    const target = named.found;
    let obstacle: Problem | null = null;
    const verbs = verbsOf(target).flatMap((verb): VerbPreview[] => {
      const intent = readIntent(verb, target);
      if (isProblem(intent)) return [];
      const found = performer.preview(target.process, intent, settings.signals);
      if (!isProblem(found)) return [{ verb, signal: intent.signal, disposition: found.disposition, willSend: true }];
      // A missing handler is this verb's affair; what stands in the way of every verb is the target's problem.
      if (found.kind !== "signal-unhandled" && found.kind !== "signal-not-allowed") obstacle ??= found;
      const disposition = (found.facts?.["disposition"] as Disposition | undefined) ?? null;
      return [{ verb, signal: intent.signal, disposition, willSend: false }];
    });
    return { named, verbs, problem: obstacle };
  }

  return {
    settings: () => settings,
    configure(next) {
      settings = next;
    },
    table: () => observer.table(),
    process: find,
    inspect: (ref) => withProcess(ref, (found) => inspect(root, found)),
    readFile: (ref, file) => withProcess(ref, (found) => readProcessFile(root, found, file, selfPid)),
    containers() {
      const table = observer.table();
      return summarizeContainers(table, pids.budgets(table).containers);
    },
    targets() {
      const table = observer.table();
      return listTargets(table, locating(table), profiles).map(preview);
    },
    async signal(request) {
      const target = targetOf(request);
      const report = isProblem(target) ? target : await send(request, target);
      if (isProblem(report)) register.refused(request, isProblem(target) ? null : target.process, report);
      else register.followed(request, report);
      return report;
    },
    stop: register.stop,
  };

  async function send(request: SignalRequest, target: Target): Promise<SignalReport | Problem> {
    const intent = refuseProtected(target.process, request.verb, selfPid) ?? readIntent(request.verb, target);
    if (isProblem(intent)) return intent;
    const delivery: Delivery = {
      ...request,
      waitMs: request.waitMs ?? (intent.verb === "reload" ? reloadWaitMs : 0),
      onSent: ({ disposition }) => register.sent(request, target, intent, disposition),
    };
    const delivered = await performer.send(target.process, intent, settings.signals, delivery);
    return isProblem(delivered) ? delivered : { ...delivered, target, intent };
  }
}

function withoutHistory(root: ProcRoot, clock: Clock, observer: Observer, selfPid: number): Pids {
  const idle = { bus: { emit: () => 0 }, known: () => 0, settings: { podPidsLimit: null } };
  return createPids({ root, clock, observer, surroundings: lookAround(root, selfPid), ...idle });
}
