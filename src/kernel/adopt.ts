import { type PtraceFailure, peek, readRegisters, resumeToSyscall, type Stop, writeRegisters } from "#kernel/ptrace.ts";
import { type Registers, registers } from "#kernel/registers.ts";
import { type CallArguments, EINTR, interruptedCall, type SleepingCall } from "#kernel/sleeping-calls.ts";
import { attach, type Thread, type Tracee } from "#kernel/tracee.ts";

export type VisitOutcome =
  | "done"
  /** A signal came for the thread, and it was left to take it; the rest is for another visit. */
  | "signalled"
  /** Not asleep in a system call that is known to go on unharmed; nothing was changed. */
  | "busy"
  /** Stopped by a signal such as SIGSTOP; nothing was changed. */
  | "stopped"
  /** It did not stop in time. It is let go as it was as soon as it does. */
  | "late"
  | "failed"
  | PtraceFailure;

/** What became of a visit to a thread. */
export interface Visit {
  readonly outcome: VisitOutcome;
  /** What waitid(2) answered for each child, in order: 0, or a negative errno. Shorter when the visit was cut short. */
  readonly answers: readonly number[];
  /** How long the thread stood still, and of that, how long with other registers than its own. */
  readonly stoppedMicros: number;
  readonly borrowedMicros: number;
  /** Its call was told to start again, and counts its timeout from there. */
  readonly startedAnew: boolean;
}

const P_PID = 1n;
const SYS_waitid = 247n;
const WNOHANG_WEXITED_WALL = 0x40000005n;
// include/linux/errno.h. Both have the kernel run the system call again, whichever one the registers name by then: the
// former whatever happens, the latter unless a handler is called first, when the answer is EINTR.
const ERESTARTNOINTR = -513n;
const ERESTARTNOHAND = -514n;
/** The code segment of 64-bit code (__USER_CS); other code enters the kernel another way. */
const longMode = 0x33n;
/** The instruction `syscall`: 0f 05. */
const syscallSize = 2n;

interface Pair {
  /** What the thread is to go on with. */
  readonly own: Registers;
  readonly borrowed: Registers;
}
/** Those not in use: a visit that is late keeps its pair for as long as that takes. */
const pairs: Pair[] = [];

/**
 * Has a thread that sleeps in a system call run waitid(2) for each of these children of its process, and then go on with
 * its call. The pids are those of the process's own PID namespace. `mayBorrow` is asked when the thread stands still, so
 * that what was true of it a moment ago can be looked at again.
 *
 * The interrupted call's own `syscall` instruction is what runs: the kernel is about to restart the call, and restarts
 * waitid instead. So nothing is written to memory, no code address is needed, no signal is blocked, and a signal that
 * comes is taken as it would have been.
 *
 * At the end the thread has its own registers back, at a point where the kernel is yet to decide how an interrupted call
 * goes on (a thread that was traced always passes there): so what is decided is what would have been decided.
 *
 * Should sexton be killed in the middle, the program's call answers 0, as waitid does that was only asked to collect, and
 * the registers of its first five arguments, which the kernel would have kept, are waitid's. Most callers take that for a
 * wake-up for no reason; see sleeping-calls.ts for those that do not.
 */
export function visit(thread: Thread, children: readonly number[], mayBorrow = () => true): Promise<Visit> {
  const { promise, resolve, reject } = Promise.withResolvers<Visit>();
  const progress: Progress = {
    answers: [],
    stopped: createStopwatch(),
    borrowed: createStopwatch(),
    startedAnew: false,
    isLate: false,
  };
  const tell = (outcome: VisitOutcome) => resolve(visitOf(outcome, progress));
  const tracee = attach(thread, () => {
    progress.isLate = true;
    tell("late");
  });
  if (typeof tracee === "string") {
    tell(tracee === "attached" ? "late" : tracee);
    return promise;
  }
  const pair = pairs.pop() ?? { own: registers(), borrowed: registers() };
  void pass(tracee, pair, children, mayBorrow, progress)
    .then(tell, reject)
    .finally(() => pairs.push(pair));
  return promise;
}

interface Progress {
  readonly answers: number[];
  readonly stopped: Stopwatch;
  readonly borrowed: Stopwatch;
  startedAnew: boolean;
  /** The caller has been told, and waits no longer. */
  isLate: boolean;
}

function visitOf(outcome: VisitOutcome, { answers, stopped, borrowed, startedAnew }: Progress): Visit {
  const [stoppedMicros, borrowedMicros] = [stopped.micros(), borrowed.micros()];
  return { outcome, answers: [...answers], stoppedMicros, borrowedMicros, startedAnew };
}

/** From the thread's first stop until it goes on. */
async function pass(
  tracee: Tracee,
  { own, borrowed }: Pair,
  children: readonly number[],
  mayBorrow: () => boolean,
  progress: Progress,
): Promise<VisitOutcome> {
  const stop = await tracee.nextStop();
  const tid = tracee.tid();
  progress.stopped.start();
  if (stop.kind !== "interrupt") return leave(stop, outcomeOf(stop));
  const call = readRegisters(tid, own) && isSyscall(tid, own) ? callOf(own) : null;
  if (!call) return leave(stop, "busy");
  if (own.get("rax") === EINTR) {
    // It gave up when it was interrupted, though there was no signal to give up for. Told at once, it stays so whatever
    // becomes of sexton.
    own.set({ rax: ERESTARTNOHAND });
    writeRegisters(tid, own);
    progress.startedAnew = call.startsAnew(argumentsOf(own));
  }
  try {
    if (progress.isLate || !mayBorrow()) return await giveBack(stop, "busy");
    borrowed.copyFrom(own);
    const waitid = { originalRax: SYS_waitid, rdi: P_PID, rdx: 0n, r10: WNOHANG_WEXITED_WALL, r8: 0n };
    borrowed.set({ ...waitid, rax: ERESTARTNOINTR });
    for (const child of children) {
      const cut = await ask(child);
      if (cut) return await giveBack(cut, outcomeOf(cut));
      if (progress.isLate) break;
    }
    return await giveBack({ kind: "syscall" }, "done");
  } catch (cause) {
    // Whatever it was, the thread must not be left with registers that are not its own.
    await giveBack({ kind: "syscall" }, "failed");
    throw cause;
  }

  /** Null: waitid has answered, and the thread stands at its end. */
  async function ask(child: number): Promise<Stop | null> {
    borrowed.set({ rsi: BigInt(child) });
    progress.borrowed.start();
    if (!writeRegisters(tid, borrowed)) return stop;
    // At its entry, then at its end.
    for (let stops = 0; stops < 2; stops++) {
      resumeToSyscall(tid);
      const next = await tracee.nextStop();
      if (next.kind !== "syscall") return next;
    }
    if (!readRegisters(tid, borrowed)) return stop;
    progress.answers.push(Number(borrowed.get("rax")));
    borrowed.set({ rip: borrowed.get("rip") - syscallSize, rax: SYS_waitid });
    return null;
  }

  function giveBack(at: Stop, outcome: VisitOutcome): Promise<VisitOutcome> {
    writeRegisters(tid, own);
    progress.borrowed.stop();
    return leave(at, outcome);
  }

  async function leave(at: Stop, outcome: VisitOutcome): Promise<VisitOutcome> {
    const isAlive = await tracee.letGo(at);
    progress.stopped.stop();
    return isAlive ? outcome : "gone";
  }
}

function outcomeOf({ kind }: Stop): VisitOutcome {
  return kind === "signal" ? "signalled" : kind === "group" ? "stopped" : kind === "ended" ? "gone" : "failed";
}

/** Numbers of system calls mean these calls only if it is this instruction that made them. */
function isSyscall(tid: number, own: Registers): boolean {
  const at = own.get("rip") - syscallSize;
  return own.get("cs") === longMode && peekByte(tid, at) === 0x0f && peekByte(tid, at + 1n) === 0x05;
}

/** From the aligned word that holds it, which no page's end cuts. */
function peekByte(tid: number, address: bigint): number | null {
  return peek(tid, address & ~7n)?.[Number(address & 7n)] ?? null;
}

function callOf(own: Registers): SleepingCall | null {
  return interruptedCall(own.get("originalRax"), own.get("rax"));
}

function argumentsOf(own: Registers): CallArguments {
  return (["rdi", "rsi", "rdx", "r10", "r8"] as const).map((name) => own.get(name));
}

interface Stopwatch {
  start(): void;
  stop(): void;
  micros(): number;
}

/** Of one time, that ends for good with the first `stop`; 0 before it has begun. */
function createStopwatch(): Stopwatch {
  let startedAt: number | null = null;
  let endedAt: number | null = null;
  return {
    start() {
      startedAt ??= performance.now();
    },
    stop() {
      endedAt ??= performance.now();
    },
    micros: () => (startedAt === null ? 0 : Math.round(((endedAt ?? performance.now()) - startedAt) * 1000)),
  };
}
