import { errno, errnoName } from "#kernel/errno.ts";
import { lastErrno, libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";
import type { Registers } from "#kernel/registers.ts";

// ptrace(2) for x86-64 alone: numbers, registers and the way back into an interrupted call differ elsewhere.
const SYS_sched_yield = 24;
const SYS_wait4 = 61;
const SYS_ptrace = 101;
const SYS_waitid = 247;

const PTRACE_PEEKTEXT = 1;
const PTRACE_CONT = 7;
const PTRACE_GETREGS = 12;
const PTRACE_SETREGS = 13;
const PTRACE_DETACH = 17;
const PTRACE_SYSCALL = 24;
const PTRACE_SEIZE = 0x4206;
const PTRACE_INTERRUPT = 0x4207;

/** Stops at system calls are then told from a SIGTRAP, and a thread whose tracer dies in one is not sent any. */
const PTRACE_O_TRACESYSGOOD = 1;
const PTRACE_EVENT_STOP = 128;
const SIGTRAP = 5;
// linux/wait.h, asm-generic/siginfo.h
const P_PID = 1;
const WNOHANG = 1;
const WSTOPPED = 2;
const WEXITED = 4;
const WNOWAIT = 0x01000000;
const __WALL = 0x40000000;
const CLD_DUMPED = 3;
/** siginfo_t of 64 bits: si_code, si_pid, si_status. */
const offsets = { code: 8, pid: 16, status: 24 };

/** Why a thread stands still, or that it does not. */
export type Stop =
  /** What `interrupt` asked for: before any signal is taken, and before an interrupted call is resumed. */
  | { readonly kind: "interrupt" }
  /** At the entry to a system call, or at its end. */
  | { readonly kind: "syscall" }
  /** About to take this signal, which `detach` hands on. */
  | { readonly kind: "signal"; readonly signal: number }
  /** Stopped by SIGSTOP or its like, together with its process. */
  | { readonly kind: "group" }
  | { readonly kind: "ended" };

export type PtraceFailure = "gone" | "denied" | "unavailable";

const info = memory(128);
const word = memory(8);

function ptrace(request: number, tid: number, address: number, data: number): number {
  return libc ? libc.syscall(SYS_ptrace, request, tid, address, data, 0) : -1;
}

function failureOf(code: number): PtraceFailure {
  if (code === errno.ESRCH) return "gone";
  if (code === errno.EPERM || code === errno.EACCES) return "denied";
  if (code === errno.ENOSYS) return "unavailable";
  throw new Error(`internal error: ptrace failed with ${errnoName(code)}`);
}

/** Attaches without stopping. A tracer that dies lets go: PTRACE_O_EXITKILL is not set. */
export function seize(tid: number): "seized" | PtraceFailure {
  if (!libc) return "unavailable";
  return ptrace(PTRACE_SEIZE, tid, 0, PTRACE_O_TRACESYSGOOD) === 0 ? "seized" : failureOf(lastErrno());
}

/** Makes the thread stop as soon as it can, without a signal that the program would see. */
export function interrupt(tid: number): boolean {
  return ptrace(PTRACE_INTERRUPT, tid, 0, 0) === 0;
}

export function readRegisters(tid: number, into: Registers): boolean {
  return ptrace(PTRACE_GETREGS, tid, 0, into.memory.pointer) === 0;
}

export function writeRegisters(tid: number, from: Registers): boolean {
  return ptrace(PTRACE_SETREGS, tid, 0, from.memory.pointer) === 0;
}

/** The eight bytes at an address of the stopped thread; null where nothing is mapped. */
export function peek(tid: number, address: bigint): Uint8Array | null {
  return ptrace(PTRACE_PEEKTEXT, tid, Number(address), word.pointer) === 0 ? word.bytes : null;
}

/** Goes on to the next entry or end of a system call. */
export function resumeToSyscall(tid: number): boolean {
  return ptrace(PTRACE_SYSCALL, tid, 0, 0) === 0;
}

export function resume(tid: number): boolean {
  return ptrace(PTRACE_CONT, tid, 0, 0) === 0;
}

/** Lets go of a stopped thread; with a signal, hands on the one that it is stopped at. */
export function detach(tid: number, signal = 0): boolean {
  return ptrace(PTRACE_DETACH, tid, 0, signal) === 0;
}

/** Gives up the CPU: the thread that is waited for may want this one. */
export function yieldCpu(): void {
  libc?.syscall(SYS_sched_yield, 0, 0, 0, 0, 0);
}

/** Whether its end is for sexton to collect as its parent, or as pid 1. Not to be asked about who is traced. */
export function isOwnChild(pid: number): boolean {
  return libc?.syscall(SYS_waitid, P_PID, pid, 0, WEXITED | WNOHANG | WNOWAIT | __WALL, 0) === 0;
}

/**
 * The thread's stop, if it has come to one since; null while it runs. A tracee that has ended is collected: until then
 * its parent does not hear of it, nor does another thread's execve(2) go on. Not so sexton's own child: for that one
 * there is no second wait, and it is for whoever waits for sexton's children.
 */
export function pollStop(tid: number, isOwn: boolean): Stop | null {
  if (!libc) return { kind: "ended" };
  const options = WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL;
  if (libc.syscall(SYS_waitid, P_PID, tid, info.pointer, options, 0) !== 0) {
    return lastErrno() === errno.EINTR ? null : { kind: "ended" };
  }
  if (info.view.getInt32(offsets.pid, true) === 0) return null;
  if (info.view.getInt32(offsets.code, true) > CLD_DUMPED) return decodeStop(info.view.getInt32(offsets.status, true));
  if (!isOwn) libc.syscall(SYS_wait4, tid, 0, WNOHANG | __WALL, 0, 0);
  return { kind: "ended" };
}

/** The si_status that waitid(2) gives for a tracee that has stopped: the signal, an event's number above. */
export function decodeStop(value: number): Stop {
  const signal = value & 0xff;
  if (value >> 8 === PTRACE_EVENT_STOP) return signal === SIGTRAP ? { kind: "interrupt" } : { kind: "group" };
  if (signal === (SIGTRAP | 0x80)) return { kind: "syscall" };
  return { kind: "signal", signal };
}
