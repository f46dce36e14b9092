import type { Process } from "#process/process.ts";
import type { SignalName } from "#process/signal.ts";
import type { ProcessState } from "#process/state.ts";
import { describeProcess, type Remedy, remedies } from "#process/zombie.ts";

/** What decides which remedies can reach a parent's zombies. */
export interface ParentFacts {
  readonly process: Process;
  readonly isSelf: boolean;
  /** Has a handler for SIGCHLD, or waits for it by signalfd(2) or sigwait(3). */
  readonly takesChildSignal: boolean;
  /** Null: the kernel would let it be signalled. */
  readonly signalRefusal: Refusal | null;
  /** The signals that the configuration lists; null: it lists none, and these remedies have what they need. */
  readonly allow: readonly SignalName[] | null;
  readonly adoption: AdoptionFacts;
  /** Sexton sees a whole node, and nothing says what it may do to the apps there. */
  readonly onlyLooks?: boolean;
}

export interface AdoptionFacts {
  /** process.arch */
  readonly architecture: string;
  /** ptrace(2) can be called: there is FFI. */
  readonly callable: boolean;
  readonly tracerPid: number | null;
  /** EI_CLASS and e_machine say x86-64; null: the executable cannot be read. */
  readonly isNativeProgram: boolean | null;
  /** Whether the kernel lets sexton look into it (PTRACE_MODE_READ), which attaching needs too. */
  readonly mayLook: boolean;
  /** kernel.yama.ptrace_scope; null: there is no Yama. */
  readonly yamaScope: number | null;
  readonly hasPtraceCapability: boolean;
  /** The lines for sexton's container that would let it attach. */
  readonly fix: string;
  readonly threads: readonly ThreadFacts[];
  /** Of sexton itself: what the runtime gave to both. */
  readonly ownSeccomp: Seccomp;
}

export interface Seccomp {
  /** 0 none, 1 strict, 2 filter (proc_pid_status(5)); null: an older kernel. */
  readonly mode: number | null;
  readonly filters: number | null;
}

export interface ThreadFacts {
  readonly tid: number;
  readonly state: ProcessState;
  readonly seccomp: Seccomp;
  readonly sleep: Sleep;
}

/**
 * What a thread sleeps in, best first. `resumes`: it goes on as if nothing had been, and would take an answer of 0, which
 * it gets if sexton is killed in the middle, for a wake-up without a reason · `restarts`: the same, but a timeout starts
 * anew · `unknown`: its call cannot be read · `believes`: it would believe the 0 · `elsewhere`: not to be borrowed.
 */
export const sleeps = ["resumes", "restarts", "unknown", "believes", "elsewhere"] as const;
export type Sleep = (typeof sleeps)[number];

/** Why not, as a sentence, and the YAML that would change it. */
export interface Refusal {
  readonly detail: string;
  readonly fix: string | null;
  /** It is so at this moment, and may be otherwise in the next. */
  readonly passing?: boolean;
}

const refusal = (detail: string, fix: string | null = null): Refusal => ({ detail, fix });

/** Null where the remedy can be tried here and now. */
export function refuseRemedy(remedy: Remedy, facts: ParentFacts): Refusal | null {
  if (facts.onlyLooks && !facts.isSelf) {
    return refusal("Sexton sees every pod of the node here, and acts on none before signals.allow says what it may.");
  }
  switch (remedy) {
    case "wait":
      return refuseWait(facts);
    case "nudge":
      return refuseNudge(facts);
    case "adopt":
      return refuseAdoption(facts);
    case "terminate-parent":
      return refuseTermination(facts);
  }
}

export function workableRemedies(facts: ParentFacts): Remedy[] {
  return remedies.filter((remedy) => refuseRemedy(remedy, facts) === null);
}

function refuseWait({ process, isSelf }: ParentFacts): Refusal | null {
  return isSelf ? null : refusal(`Only a parent can wait for its children, and that is ${describeProcess(process)}.`);
}

function refuseNudge(facts: ParentFacts): Refusal | null {
  const { process, isSelf, takesChildSignal } = facts;
  if (isSelf) return refusal("It is sexton's own child: wait is what collects it.");
  if (isInit(process)) {
    return refusal("Its parent is pid 1, which is never signalled: it holds the PID namespace together.");
  }
  if (!takesChildSignal) {
    return refusal(`${describeProcess(process)} has no handler for SIGCHLD, so the signal would do nothing.`);
  }
  return refuseSignal("SIGCHLD", facts);
}

function refuseTermination(facts: ParentFacts): Refusal | null {
  const { process, isSelf } = facts;
  if (isSelf) return refusal("It is sexton's own child: wait is what collects it.");
  if (isInit(process)) {
    return refusal("Its parent is pid 1, which holds the PID namespace together: were it to end, everything would.");
  }
  return refuseSignal("SIGTERM", facts);
}

function isInit({ pid, role }: Process): boolean {
  return pid <= 1 || role === "pause";
}

function refuseSignal(name: SignalName, { allow, signalRefusal }: ParentFacts): Refusal | null {
  if (allow === null || allow.includes(name)) return signalRefusal;
  return refusal(
    `The configuration allows ${allow.join(", ") || "no signal"}, and it takes ${name}: see signals.allow.`,
  );
}

/** Every guard that can be checked without attaching. */
export function refuseAdoption({ process, isSelf, adoption }: ParentFacts): Refusal | null {
  const who = describeProcess(process);
  if (isSelf) return refusal("It is sexton's own child: wait is what collects it.");
  if (adoption.architecture !== "x64") {
    return refusal(`Adoption knows the registers of x86-64 alone; this machine is ${adoption.architecture}.`);
  }
  if (!adoption.callable) return refusal("There is no ptrace(2) in reduced mode: sexton cannot call into libc here.");
  if (adoption.tracerPid) return refusal(`${who} is traced by process ${adoption.tracerPid} already.`);
  if (adoption.yamaScope === 3) return refusal("kernel.yama.ptrace_scope is 3: nobody may attach to anybody.");
  const needsCapability = (adoption.yamaScope ?? 0) >= 1 && !adoption.hasPtraceCapability;
  if (needsCapability || !adoption.mayLook) {
    const reason = needsCapability
      ? `kernel.yama.ptrace_scope is ${adoption.yamaScope}`
      : `${who} is of another user or group, not dumpable, or has capabilities that sexton lacks`;
    return refusal(`Sexton lacks CAP_SYS_PTRACE, and ${reason}.`, adoption.fix);
  }
  if (adoption.isNativeProgram === null) return refusal(`The executable of ${who} cannot be read.`, adoption.fix);
  if (!adoption.isNativeProgram) return refusal(`${who} is no 64-bit program, and its registers are others.`);
  return refuseThreads(who, adoption);
}

function refuseThreads(who: string, { threads, ownSeccomp }: AdoptionFacts): Refusal | null {
  if (threads.some(({ state }) => state === "stopped" || state === "tracing-stop")) {
    return refusal(`${who} is stopped. Continue it (SIGCONT) first.`);
  }
  const asleep = threads.filter(isBorrowable);
  if (asleep.length === 0) {
    const detail = `No thread of ${who} sleeps in a system call that is known to go on unharmed. Try again.`;
    return { ...refusal(detail), passing: true };
  }
  if (!asleep.some(({ seccomp }) => isAllowedToWait(seccomp, ownSeccomp))) {
    if (ownSeccomp.mode === 0 && asleep.some(({ seccomp }) => seccomp.mode === 2)) {
      const detail = `${who} has a seccomp filter and sexton has none, so that it cannot be told from the runtime's.`;
      return refusal(detail, sameSeccomp);
    }
    return refusal(
      `${who} has a seccomp filter of its own, beside the runtime's, which may kill it for a waitid(2) that it did not mean to make.`,
    );
  }
  return null;
}

const sameSeccomp = "securityContext:\n  seccompProfile: { type: RuntimeDefault } # the same for sexton and the app";

/** No filter, or as many as sexton itself has: those of the runtime, which let everybody wait. */
function isAllowedToWait({ mode, filters }: Seccomp, own: Seccomp): boolean {
  if (mode === 0) return true;
  return mode === 2 && own.mode === 2 && filters !== null && filters === own.filters;
}

function isBorrowable({ state, sleep }: ThreadFacts): boolean {
  return state === "sleeping" && sleep !== "elsewhere";
}

/** Threads that may be visited, best first. */
export function visitableThreads({ threads, ownSeccomp }: AdoptionFacts): number[] {
  return threads
    .filter((thread) => isBorrowable(thread) && isAllowedToWait(thread.seccomp, ownSeccomp))
    .sort((a, b) => sleeps.indexOf(a.sleep) - sleeps.indexOf(b.sleep))
    .map(({ tid }) => tid);
}
