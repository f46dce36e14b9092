import type { Clock } from "#base/clock.ts";
import type { ProcessRef } from "#daemon/agent.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Causes } from "#daemon/causes.ts";
import type { Performer } from "#daemon/perform.ts";
import { adopt } from "#daemon/remedies/adopt.ts";
import { nudge } from "#daemon/remedies/nudge.ts";
import { type Attempt, isStillZombie, type Remedied, refused, result, tooYoungFor } from "#daemon/remedies/remedied.ts";
import { terminateParent } from "#daemon/remedies/terminate.ts";
import { waitFor } from "#daemon/remedies/wait.ts";
import { eventProcess } from "#daemon/watch/register.ts";
import { readParentFacts } from "#daemon/zombies/parent-facts.ts";
import type { Zombies } from "#daemon/zombies/zombies.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { type ParentFacts, type Refusal, refuseRemedy, workableRemedies } from "#policy/remedy.ts";
import type { SignalSettings } from "#policy/signal.ts";
import { adoptionMinAgeMs, remediesToTry, type ZombieSettings } from "#policy/zombies.ts";
import type { Caller } from "#process/caller.ts";
import { formatId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";
import type { TraceContext } from "#process/trace-context.ts";
import { type Brood, broodsOf, type Remedy, type Strategy, type Zombie } from "#process/zombie.ts";

export interface ReapRequest {
  /** Null: all zombies. */
  readonly pids: readonly ProcessRef[] | null;
  readonly strategy: Strategy;
  /** Null: 60 s for `adopt`, 0 for the others. */
  readonly minAgeMs: number | null;
  readonly dryRun: boolean;
  readonly abort: AbortSignal;
  /** Of the request, where it is known. */
  readonly trace?: TraceContext | null;
  readonly caller?: Caller | null;
}

export interface ReapReport {
  readonly reaped: number;
  /** Zombies of those that were asked for that are still there. */
  readonly remaining: number;
  readonly results: readonly Remedied[];
  /** What was asked for and is no zombie. */
  readonly others: readonly { readonly ref: ProcessRef; readonly isAlive: boolean }[];
}

/** What is tried on one parent's zombies, and who wants it. */
interface Plan {
  readonly remedies: readonly Remedy[];
  readonly strategy: Strategy;
  readonly minAgeMs: number | null;
  readonly dryRun: boolean;
  readonly abort: AbortSignal;
  readonly by: "request" | "config";
  readonly trace: TraceContext | null;
  readonly caller: Caller | null;
}

export interface ReaperMeans {
  readonly root: ProcRoot;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly causes: Causes;
  readonly zombies: Zombies;
  readonly performer: Performer;
  readonly signals: () => SignalSettings;
  readonly settingsFor: (parent: Process | null) => ZombieSettings;
  readonly isAlive: (ref: ProcessRef) => boolean;
  readonly selfPid: number;
}

export interface Reaper {
  reap(request: ReapRequest): Promise<ReapReport>;
  /** What sexton does of its own accord. */
  treat(brood: Brood, remedies: readonly Remedy[], minAgeMs: number): Promise<readonly Remedied[]>;
  /** The facts that decide which remedies would work here and now. */
  facts(parent: Process): ParentFacts | null;
  stop(): void;
}

/** Tries remedies on zombies, from mild to hard, and tells each attempt. */
export function createReaper(means: ReaperMeans): Reaper {
  const { root, clock, bus, causes, zombies, performer, signals, settingsFor, isAlive, selfPid } = means;
  const stopping = new AbortController();
  /** By parent, what was told last of why nothing can be done of sexton's own accord. */
  const lastRefusals = new Map<string, string>();
  const facts = (parent: Process) => readParentFacts(root, parent, selfPid, signals());

  async function treatBrood({ parent, zombies: members }: Brood, plan: Plan): Promise<Remedied[]> {
    if (!parent) return members.map((zombie) => result(zombie, plan.strategy, "refused", outside));
    const done = new Map<Zombie, Remedied>();
    for (const zombie of members) {
      if (zombie.cause === "traced") done.set(zombie, result(zombie, plan.strategy, "refused", traced));
    }
    const reachable = members.filter((zombie) => !done.has(zombie));
    for (const remedy of plan.remedies) {
      const left = reachable.filter((zombie) => !isOver(done.get(zombie)));
      if (left.length === 0) break;
      for (const each of await tryRemedy(remedy, parent, left, plan)) done.set(each.zombie, each);
    }
    const hint = plan.strategy === "auto" ? hintAt(parent, plan.remedies) : "";
    return members.map((zombie) => {
      const found = done.get(zombie) ?? result(zombie, plan.strategy, "refused", noRemedy);
      const isHinted = found.outcome === "refused" && zombie.cause !== "traced";
      return isHinted ? { ...found, detail: `${found.detail}${hint}` } : found;
    });
  }

  /** What would work, had it been asked for. */
  function hintAt(parent: Process, tried: readonly Remedy[]): string {
    const known = facts(parent);
    const others = known ? workableRemedies(known).filter((remedy) => !tried.includes(remedy)) : [];
    return others.length === 0 ? "" : ` What would be tried if asked for by strategy: ${others.join(", ")}.`;
  }

  async function tryRemedy(remedy: Remedy, parent: Process, members: readonly Zombie[], plan: Plan) {
    const minAgeMs = plan.minAgeMs ?? (remedy === "adopt" ? adoptionMinAgeMs : 0);
    const aside: Remedied[] = [];
    const old: Zombie[] = [];
    for (const zombie of members) {
      // A milder remedy may have worked late.
      if (!isStillZombie(root, zombie)) aside.push(result(zombie, remedy, "gone", "It was collected before."));
      else if (zombie.ageMs < minAgeMs) aside.push(result(zombie, remedy, "refused", tooYoungFor(zombie, minAgeMs)));
      else old.push(zombie);
    }
    if (old.length === 0) return aside;
    const known = facts(parent);
    const refusal = known ? refuseRemedy(remedy, known) : parentEnded;
    // What may be otherwise in the next moment is for the remedy to wait for.
    if (refusal && (plan.dryRun || !refusal.passing)) {
      if (isNews(parent, remedy, plan, refusal)) tell(parent, old, remedy, plan, refused(old, remedy, refusal), 0);
      return [...aside, ...refused(old, remedy, refusal).results];
    }
    if (plan.dryRun) {
      return [...aside, ...old.map((zombie) => result(zombie, remedy, "would-reap", `${remedy} would be tried.`))];
    }
    const release = zombies.claim(old);
    try {
      const startedAt = performance.now();
      const attempt = await run(remedy, parent, old, plan);
      tell(parent, old, remedy, plan, attempt, Math.round((performance.now() - startedAt) * 1000));
      return [...aside, ...attempt.results];
    } finally {
      release();
    }
  }

  /** Of a choice, what cannot work is no answer yet; of one remedy it is. What sexton itself cannot do is told once. */
  function isNews(parent: Process, remedy: Remedy, plan: Plan, { detail }: Refusal): boolean {
    if (plan.dryRun || plan.by === "request") return !plan.dryRun && plan.strategy === remedy;
    if (remedy !== plan.remedies.at(-1) || lastRefusals.get(formatId(parent)) === detail) return false;
    if (lastRefusals.size >= mostRefusals) lastRefusals.clear();
    lastRefusals.set(formatId(parent), detail);
    return true;
  }

  function run(remedy: Remedy, parent: Process, members: readonly Zombie[], plan: Plan): Promise<Attempt> | Attempt {
    const signalling = { performer, settings: signals(), abort: AbortSignal.any([plan.abort, stopping.signal]) };
    switch (remedy) {
      case "wait":
        return waitFor(members);
      case "nudge":
        return nudge(root, parent, members, signalling);
      case "adopt":
        return adopt(root, parent, members, selfPid, () => signalling.abort.aborted);
      case "terminate-parent":
        return terminateParent(root, parent, members, {
          ...signalling,
          onSent: ({ name, number }) => {
            const data = { verb: null, signal: name, number, target: null, force: true, remedy, ...who(plan) };
            const id = bus.emit({ type: "signal.sent", process: eventProcess(parent), data, trace: plan.trace });
            causes.signalled(parent.pid, parent.startTicks, id, clock());
          },
        });
    }
  }

  /** One event for the attempt, then one for each zombie that it collected. */
  function tell(
    parent: Process,
    members: readonly Zombie[],
    remedy: Remedy,
    plan: Plan,
    { results, stoppedMicros, borrowedMicros }: Attempt,
    microseconds: number,
  ): void {
    const reaped = results.filter(({ outcome }) => outcome === "reaped");
    const worst = results.find(({ outcome }) => outcome === "failed" || outcome === "refused");
    const data = {
      remedy,
      by: plan.by,
      outcome: reaped.length === 0 ? (worst?.outcome ?? "gone") : worst ? "partly" : "reaped",
      detail: worst?.detail ?? null,
      zombies: members.slice(0, mostNamed).map(({ process }) => formatId(process)),
      count: members.length,
      reaped: reaped.length,
      microseconds,
      stoppedMicros,
      borrowedMicros,
      ...who(plan),
    };
    const id = bus.emit({ type: "zombie.remedy", process: eventProcess(parent), data, trace: plan.trace });
    for (const { zombie } of reaped) zombies.reaped(zombie, remedy, id);
  }

  return {
    facts,
    stop: () => stopping.abort(),
    async reap({ pids, strategy, minAgeMs, dryRun, abort, trace = null, caller = null }) {
      // What has ended a moment ago is a zombie too, and what was collected a moment ago is none.
      const all = zombies.list(0);
      const wanted = pids === null ? all : all.filter((zombie) => pids.some((ref) => isMeant(zombie, ref)));
      const others = (pids ?? []).filter((ref) => !all.some((zombie) => isMeant(zombie, ref)));
      const results = await Promise.all(
        broodsOf(wanted).map((brood) => {
          const remedies = remediesToTry(strategy, settingsFor(brood.parent));
          return treatBrood(brood, { remedies, strategy, minAgeMs, dryRun, abort, by: "request", trace, caller });
        }),
      );
      const flat = results.flat();
      const reaped = flat.filter(({ outcome }) => outcome === "reaped").length;
      const remaining = flat.filter(({ outcome }) => outcome !== "reaped" && outcome !== "gone").length;
      return { reaped, remaining, results: flat, others: others.map((ref) => ({ ref, isAlive: isAlive(ref) })) };
    },
    treat(brood, remedies, minAgeMs) {
      const abort = stopping.signal;
      const own = { dryRun: false, by: "config", trace: null, caller: null } as const;
      return treatBrood(brood, { remedies, strategy: "auto", minAgeMs, abort, ...own });
    },
  };
}

const mostRefusals = 1_000;
/** Zombies that an event names; their number is told in full. */
const mostNamed = 16;
const outside =
  "Its parent is outside of this PID namespace: the container runtime collects it, and nobody in here can.";
const traced = "It is traced: whoever traces it has to wait for it before its parent can.";
const parentEnded: Refusal = { detail: "Its parent has ended, and another has it now: ask again.", fix: null };
const noRemedy = "There is no remedy that would be tried.";

const who = ({ caller }: Plan) => (caller ? { caller } : {});

function isOver(remedied: Remedied | undefined): boolean {
  return remedied?.outcome === "reaped" || remedied?.outcome === "gone" || remedied?.outcome === "would-reap";
}

function isMeant({ process }: Zombie, { pid, startTicks }: ProcessRef): boolean {
  return process.pid === pid && (startTicks === null || process.startTicks === startTicks);
}
