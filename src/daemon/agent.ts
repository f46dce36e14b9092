import type { Clock } from "#base/clock.ts";
import { isProblem, type Problem } from "#base/errors.ts";
import { type ContainerSummary, summarizeContainers } from "#daemon/containers.ts";
import { readProcessFile } from "#daemon/files.ts";
import { inspect, type ProcessDetail } from "#daemon/inspect.ts";
import { locateTargets } from "#daemon/locate.ts";
import { createObserver } from "#daemon/observer.ts";
import { createPerformer, type Delivered, type Delivery, goneProblem, replaced } from "#daemon/perform.ts";
import { receiverOf } from "#daemon/receiver.ts";
import { lookAround } from "#daemon/surroundings.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import { profiles } from "#policy/profiles.ts";
import { refuseBefore, refuseUnhandled, type SignalSettings } from "#policy/signal.ts";
import {
  listTargets,
  type NamedTarget,
  resolveTarget,
  type Target,
  type TargetSettings,
  targetOfProcess,
} from "#policy/target.ts";
import { type Intent, readIntent, verbsOf } from "#policy/verb.ts";
import { type Disposition, dispositionOf } from "#process/disposition.ts";
import type { ProcessFile } from "#process/file.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";

/** The settings that can change while sexton runs. */
export interface AgentSettings extends TargetSettings {
  readonly signals: SignalSettings;
  readonly exposeEnviron: boolean;
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
}

/** A reload has this long to show an effect before the answer says that none was seen. */
const reloadWaitMs = 2_000;

export function createAgent(
  root: ProcRoot,
  clock: Clock,
  initial: AgentSettings,
  selfPid: number = process.pid,
): Agent {
  const observer = createObserver(root, clock, lookAround(root, selfPid));
  const performer = createPerformer(root, clock, selfPid);
  let settings = initial;

  /** The process as it is now: a table of a quarter second ago may hold one that has ended, or miss a new one. */
  function find(ref: ProcessRef): Process | Problem {
    const stat = readStat(root, ref.pid);
    if (stat === null || isUnread(stat)) return goneProblem(ref);
    if (ref.startTicks !== null && stat.startTicks !== ref.startTicks) {
      return replaced({ pid: ref.pid, startTicks: ref.startTicks }, stat.startTicks);
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

  function targetOf(request: SignalRequest): Target | Problem {
    const table = observer.table(0);
    if (!request.process) return resolveTarget(request.target, table, locating(table), profiles);
    const found = find(request.process);
    return isProblem(found) ? found : targetOfProcess(found, table, locating(table), profiles);
  }

  /** The settings with what they need from outside of the table. */
  function locating(table: ProcessTable): TargetSettings {
    return { ...settings, located: locateTargets(root, settings.targets, table) };
  }

  function preview(named: NamedTarget): TargetPreview {
    if (isProblem(named.found)) return { named, verbs: [], problem: named.found };
    const target = named.found;
    const status = readStatus(root, target.process.pid);
    if (status === null || isUnread(status)) return { named, verbs: [], problem: goneProblem(target.process) };
    const receiver = receiverOf(root, target.process, status);
    const verbs = verbsOf(target).flatMap((verb): VerbPreview[] => {
      const intent = readIntent(verb, target);
      if (isProblem(intent)) return [];
      const disposition = dispositionOf(intent.signal, receiver);
      const refusal =
        refuseBefore(target.process, intent, settings.signals, selfPid) ??
        refuseUnhandled(target.process, intent, disposition, receiver);
      return [{ verb, signal: intent.signal, disposition, willSend: refusal === null }];
    });
    return { named, verbs, problem: null };
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
    containers: () => summarizeContainers(root, observer.table()),
    targets() {
      const table = observer.table();
      return listTargets(table, locating(table), profiles).map(preview);
    },
    async signal(request) {
      const target = targetOf(request);
      if (isProblem(target)) return target;
      const intent = readIntent(request.verb, target);
      if (isProblem(intent)) return intent;
      const delivery: Delivery = {
        ...request,
        waitMs: request.waitMs ?? (intent.verb === "reload" ? reloadWaitMs : 0),
      };
      const delivered = await performer.send(target.process, intent, settings.signals, delivery);
      return isProblem(delivered) ? delivered : { ...delivered, target, intent };
    },
  };
}
