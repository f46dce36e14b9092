import { isDelayed, noteDelay } from "#daemon/remedies/delayed-calls.ts";
import { type Attempt, isStillZombie, type Remedied, result } from "#daemon/remedies/remedied.ts";
import { readParentFacts, readThreadStat, readThreadStatus, seccompOf } from "#daemon/zombies/parent-facts.ts";
import { type Visit, visit } from "#kernel/adopt.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import type { Thread } from "#kernel/tracee.ts";
import {
  type AdoptionFacts,
  type ParentFacts,
  type Refusal,
  refuseAdoption,
  visitableThreads,
} from "#policy/remedy.ts";
import type { Process } from "#process/process.ts";
import { describeProcess, type Zombie } from "#process/zombie.ts";

/** One visit is to stop the parent for a moment only. */
const mostPerVisit = 16;
/** Signals that come for the parent cut visits short, and threads wake up before they can be visited. */
const mostFutileVisits = 10;
/** Longer each time: a parent that is busy now may sleep soon. */
const pauseMs = 5;
const ECHILD = -10;

/** One visit at a time, in all of sexton. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Has a live parent collect its own zombies: one of its sleeping threads is made to call waitid(2) for them (kernel/adopt).
 * Each visit looks at the parent anew, and the guards hold for each.
 */
export function adopt(
  root: ProcRoot,
  parent: Process,
  zombies: readonly Zombie[],
  selfPid: number,
  isStopping: () => boolean,
): Promise<Attempt> {
  const mine = turn.then(() => adoptNow(root, parent, zombies, selfPid, isStopping));
  turn = mine.catch(() => {});
  return mine;
}

async function adoptNow(
  root: ProcRoot,
  parent: Process,
  zombies: readonly Zombie[],
  selfPid: number,
  isStopping: () => boolean,
): Promise<Attempt> {
  const results: Remedied[] = [];
  let spent: Spent = { stoppedMicros: null, borrowedMicros: null };
  const left = [...zombies];
  let futile = 0;
  while (left.length > 0) {
    const batch = nextBatch(root, parent, left, results);
    if (batch.length === 0) break;
    const facts = readFacts(root, parent, selfPid);
    const refusal = isStopping() ? stopping : facts ? refuseAdoption(facts) : parentGone(parent);
    const isPassing = refusal?.passing === true && futile < mostFutileVisits;
    if ((refusal && !isPassing) || !facts) {
      const { detail, fix } = refusal ?? parentGone(parent);
      return { results: [...results, ...rest(left, "refused", detail, fix)], ...spent };
    }
    if (refusal) {
      futile++;
    } else {
      const threads = visitableThreads(facts.adoption);
      const thread = { pid: parent.pid, tid: threads[futile % threads.length] as number };
      const made = await visit(
        thread,
        batch.map((zombie) => pidInside(root, zombie, parent)),
        () => isAsRead(root, thread, facts.adoption),
      );
      if (made.startedAnew) noteDelay(root, thread);
      spent = {
        stoppedMicros: (spent.stoppedMicros ?? 0) + made.stoppedMicros,
        borrowedMicros: (spent.borrowedMicros ?? 0) + made.borrowedMicros,
      };
      const asked = left.splice(0, made.answers.length);
      results.push(...asked.map((zombie, index) => resultOf(root, zombie, parent, made.answers[index] as number)));
      futile = asked.length > 0 ? 0 : futile + 1;
      if (futile >= mostFutileVisits || isHopeless(root, thread, made)) {
        const why = `${describeProcess(parent)} ${reasons[made.outcome]}; it goes on as before.`;
        return { results: [...results, ...rest(left, "failed", why, null)], ...spent };
      }
    }
    // Others have their turn between two visits, the parent first of all.
    await Bun.sleep(futile === 0 ? 0 : pauseMs * futile);
  }
  return { results, ...spent };
}

const stopping: Refusal = { detail: "Sexton is about to stop.", fix: null };

/** What it cost the parent; null as long as there was no visit. */
type Spent = Pick<Attempt, "stoppedMicros" | "borrowedMicros">;

function rest(left: readonly Zombie[], outcome: "refused" | "failed", detail: string, fix: string | null): Remedied[] {
  return left.map((zombie) => result(zombie, "adopt", outcome, detail, fix));
}

/** The first of those that are left that are still the parent's; those that are not are told and leave the list. */
function nextBatch(root: ProcRoot, parent: Process, left: Zombie[], results: Remedied[]): readonly Zombie[] {
  for (let at = 0; at < Math.min(left.length, mostPerVisit); ) {
    const zombie = left[at] as Zombie;
    if (isChild(root, zombie, parent)) at++;
    else {
      left.splice(at, 1);
      results.push(result(zombie, "adopt", "gone", "It was collected before."));
    }
  }
  return left.slice(0, mostPerVisit);
}

function isHopeless(root: ProcRoot, { pid, tid }: Thread, { outcome }: Visit): boolean {
  // A thread that has just ended is denied to everybody.
  if (outcome === "denied") return !["Z", "X"].includes(readThreadStat(root, pid, tid)?.state ?? "X");
  return outcome === "unavailable" || outcome === "stopped";
}

function readFacts(root: ProcRoot, parent: Process, selfPid: number): ParentFacts | null {
  const facts = isParentStill(root, parent) ? readParentFacts(root, parent, selfPid) : null;
  if (!facts) return null;
  const threads = facts.adoption.threads.map((thread) =>
    isDelayed(root, { pid: parent.pid, tid: thread.tid }) ? { ...thread, sleep: "elsewhere" as const } : thread,
  );
  return { ...facts, adoption: { ...facts.adoption, threads } };
}

/** Between the look at the thread and its stop, it may have run, confined itself and fallen asleep again. */
function isAsRead(root: ProcRoot, { pid, tid }: Thread, { threads }: AdoptionFacts): boolean {
  const [before, status] = [threads.find((thread) => thread.tid === tid), readThreadStatus(root, pid, tid)];
  return before !== undefined && status !== null && Bun.deepEquals(seccompOf(status), before.seccomp);
}

const reasons: Readonly<Record<Visit["outcome"], string>> = {
  done: "made no progress",
  signalled: "was sent signals each time",
  busy: "was not asleep in a call that is known to go on unharmed",
  stopped: "was stopped",
  late: "did not come to a stop in time: it gets no CPU, or is frozen",
  failed: "came to a stop that was not asked for",
  gone: "ended",
  denied: "is not to be attached to: a security module (AppArmor, SELinux, Yama) or another tracer stands between",
  unavailable: "cannot be attached to: ptrace(2) is not to be had here",
};

function parentGone(parent: Process): Refusal {
  return { detail: `${describeProcess(parent)} has ended; pid 1 has its children now.`, fix: null };
}

function resultOf(root: ProcRoot, zombie: Zombie, parent: Process, answer: number): Remedied {
  const who = describeProcess(parent);
  if (answer === ECHILD) return result(zombie, "adopt", "gone", `${who} had collected it already.`);
  if (answer < 0) return result(zombie, "adopt", "failed", `waitid(2) answered ${who} with errno ${-answer}.`);
  if (!isStillZombie(root, zombie)) return result(zombie, "adopt", "reaped", `${who} was made to collect it.`);
  return result(zombie, "adopt", "failed", `The kernel does not give it out to ${who} yet: something else holds it.`);
}

/** The pid could be another child's by now, which the parent may still want to wait for. */
function isChild(root: ProcRoot, zombie: Zombie, parent: Process): boolean {
  const stat = readStat(root, zombie.process.pid);
  if (stat === null || isUnread(stat)) return false;
  return stat.startTicks === zombie.process.startTicks && stat.ppid === parent.pid && stat.state === "Z";
}

function isParentStill(root: ProcRoot, { pid, startTicks }: Process): boolean {
  const stat = readStat(root, pid);
  return stat !== null && !isUnread(stat) && stat.startTicks === startTicks;
}

/** The zombie's pid as its parent knows it, which may live in a PID namespace below sexton's. */
function pidInside(root: ProcRoot, { process }: Zombie, parent: Process): number {
  const depth = pidsOf(root, parent.pid).length;
  return pidsOf(root, process.pid)[depth - 1] ?? process.pid;
}

function pidsOf(root: ProcRoot, pid: number): readonly number[] {
  const status = readStatus(root, pid);
  return status === null || isUnread(status) ? [] : status.nsPids;
}
