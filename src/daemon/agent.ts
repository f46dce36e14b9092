import type { Clock } from "#base/clock.ts";
import { isProblem, type Problem } from "#base/errors.ts";
import { createBus } from "#daemon/bus.ts";
import { type ContainerSummary, summarizeContainers } from "#daemon/containers/containers.ts";
import { doComeAndGo, followEndings } from "#daemon/evidence/endings.ts";
import { createInquirer } from "#daemon/evidence/inquirer.ts";
import type { Asked } from "#daemon/evidence/inquiry.ts";
import { createOldWorkers } from "#daemon/evidence/old-workers.ts";
import { createFileReader, type FileContent } from "#daemon/files.ts";
import { inspect, type ProcessDetail } from "#daemon/inspect.ts";
import { createObserver, type Observer } from "#daemon/observer.ts";
import { createPerformer, type Delivered, type Delivery } from "#daemon/perform.ts";
import { createPids, type Pids } from "#daemon/pids/pids.ts";
import { type PodSummary, summarizePods } from "#daemon/pods/summary.ts";
import { reloadWaitMs } from "#daemon/reload/follow.ts";
import { createResolver, type ProcessRef, type Receiver } from "#daemon/resolver.ts";
import { createSignalRegister, isReload, type SignalMeans } from "#daemon/signal-register.ts";
import { createSpacing } from "#daemon/signal-spacing.ts";
import { lookAround } from "#daemon/surroundings.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { refuseProtected, type SignalSettings } from "#policy/signal.ts";
import type { NamedTarget, Target, TargetSettings } from "#policy/target.ts";
import { type Intent, readIntent, verbsOf } from "#policy/verb.ts";
import type { ZombieSettings } from "#policy/zombies.ts";
import type { Caller } from "#process/caller.ts";
import type { Disposition } from "#process/disposition.ts";
import type { ProcessFile } from "#process/file.ts";
import type { ProcessId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";
import type { TraceContext } from "#process/trace-context.ts";

/** The settings that can change while sexton runs. */
export interface AgentSettings extends TargetSettings {
  readonly signals: SignalSettings;
  readonly exposeEnviron: boolean;
  readonly zombies: ZombieSettings;
}

export type { ProcessRef } from "#daemon/resolver.ts";

export interface SignalRequest extends Receiver {
  /** A verb or a signal's name or number. */
  readonly verb: string;
  readonly force: boolean;
  readonly dryRun: boolean;
  /** Null: 2 s for a reload, else 0. */
  readonly waitMs: number | null;
  readonly abort: AbortSignal;
  /** Of the request, where it is known. */
  readonly trace?: TraceContext | null;
  /** The id of the event that led to this. */
  readonly cause?: number | null;
  /** How a reload is to be proven, beside what is known of the app. It is followed for `waitMs` at least. */
  readonly proof?: ReloadProof | null;
  /** Who asked over HTTP; null: sexton does of its own accord. */
  readonly caller?: Caller | null;
  /** The watch that asks: whatever its verb is, a reload is meant. */
  readonly watch?: string | null;
}

export interface ReloadProof extends Asked {
  readonly waitMs: number;
  /** It is followed no more, for whomsoever: it is told something newer. */
  readonly enough?: AbortSignal;
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
  /** Who a signal would go to. */
  target(receiver: Receiver): Target | Problem;
  /** The same by what is known, which may be a moment old. */
  knownTarget(receiver: Receiver): Target | Problem;
  inspect(ref: ProcessRef): ProcessDetail | Problem;
  readFile(ref: ProcessRef, file: ProcessFile): FileContent | Problem;
  containers(): { readonly containers: ContainerSummary[]; readonly pods: PodSummary[] };
  targets(): TargetPreview[];
  signal(request: SignalRequest): Promise<SignalReport | Problem>;
  /** Workers of before its last reload that have not left, counted. */
  oldWorkers(master: ProcessId): number;
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
  /** How often the files of a target have been opened by others than sexton, where a watch looks after them. */
  readonly opensOf?: (target: string) => (() => number) | null;
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
    opensOf = () => null,
    ...means
  }: AgentOptions = {},
): Agent {
  const performer = createPerformer(root, clock, selfPid);
  const register = createSignalRegister(clock, means);
  const readFile = createFileReader(root, selfPid);
  const resolver = createResolver(root, observer, () => settings, catchUp);
  const oldWorkers = createOldWorkers(root);
  const spacing = createSpacing(() => performance.now());
  // One that nobody tells anything where there is none.
  const bus = means.bus ?? createBus(clock);
  const inquire = createInquirer({
    root,
    lookAt: observer.look,
    childrenOf: (pid) => observer.live().processes.flatMap((found) => (found.ppid === pid ? [found.pid] : [])),
    endings: (ids) => followEndings(bus, ids),
    doComeAndGo: (process) => doComeAndGo(bus, process, clock()),
    opensOf,
    oldWorkers,
  });
  let settings = initial;

  function withProcess<T>(ref: ProcessRef, action: (process: Process) => T | Problem): T | Problem {
    const found = resolver.process(ref);
    return isProblem(found) ? found : action(found);
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
    process: resolver.process,
    target: resolver.target,
    knownTarget: resolver.knownTarget,
    inspect: (ref) => withProcess(ref, (found) => inspect(root, found)),
    readFile: (ref, file) => withProcess(ref, (found) => readFile(found, file)),
    containers() {
      const table = observer.table();
      const budgets = pids.budgets(table);
      return { containers: summarizeContainers(table, budgets.containers), pods: summarizePods(table, budgets) };
    },
    targets: () => resolver.targets().map(preview),
    async signal(request) {
      const target = resolver.target(request);
      const report = isProblem(target) ? target : await send(request, target);
      if (isProblem(report)) register.refused(request, isProblem(target) ? null : target.process, report);
      else register.followed(request, report);
      return report;
    },
    oldWorkers: oldWorkers.of,
    stop: register.stop,
  };

  async function send(request: SignalRequest, target: Target): Promise<SignalReport | Problem> {
    const intent = refuseProtected(target.process, request.verb, selfPid) ?? readIntent(request.verb, target);
    if (isProblem(intent)) return intent;
    const isSpaced = request.caller && !request.dryRun;
    const claim = isSpaced ? spacing.claim(target.process, intent, settings.signals) : null;
    if (isProblem(claim)) return claim;
    const isReloading = isReload(request, intent.verb);
    const inquiry = isReloading && !request.dryRun ? await inquire(target, request.proof ?? null) : null;
    const delivery: Delivery = {
      ...request,
      waitMs: request.waitMs ?? (isReloading ? Math.max(reloadWaitMs, request.proof?.waitMs ?? 0) : 0),
      inquiry,
      onSent: ({ disposition }) => register.sent(request, target, intent, disposition),
    };
    const delivered = await performer.send(target.process, intent, settings.signals, delivery);
    if (!isProblem(delivered)) return { ...delivered, target, intent };
    claim?.giveBack();
    return delivered;
  }
}

function withoutHistory(root: ProcRoot, clock: Clock, observer: Observer, selfPid: number): Pids {
  const idle = { bus: { emit: () => 0 }, known: () => 0, settings: { podPidsLimit: null } };
  return createPids({ root, clock, observer, surroundings: lookAround(root, selfPid), ...idle });
}
