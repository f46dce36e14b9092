/** The arguments of a system call in the order of their registers: rdi, rsi, rdx, r10, r8. */
export type CallArguments = readonly bigint[];
type Tells = (args: CallArguments) => boolean;

/** A system call of x86-64 that a thread may sleep in, and that goes on when it was interrupted for a moment. */
export interface SleepingCall {
  readonly name: string;
  /** The kernel has it give up with EINTR even where no signal was taken; it is then to be told to start again. */
  readonly givesUp: boolean;
  /** Told to start again, it begins its timeout anew. Where arguments do not tell (SO_RCVTIMEO), those that give up do. */
  readonly startsAnew: Tells;
  /**
   * What an answer of 0 out of nowhere, with other arguments left in the registers, means to the caller: a wake-up for
   * no reason, or something that the program would believe.
   */
  readonly zeroIsHarmless: Tells;
  /**
   * Better not stopped at all. It may have done a part of its work, and would answer with that; or it waits for a lock of
   * glibc's, whose code would crash if sexton were killed just then: it uses the arguments again.
   */
  readonly isDelicate: Tells;
}

const always: Tells = () => true;
const never: Tells = () => false;
const isGiven =
  (index: number): Tells =>
  (args) =>
    args[index] !== 0n;
const isTime =
  (index: number): Tells =>
  (args) =>
    BigInt.asIntN(32, args[index] ?? 0n) >= 0n;
const hasFlag =
  (index: number, flag: bigint): Tells =>
  (args) =>
    ((args[index] ?? 0n) & flag) !== 0n;

// linux/socket.h, linux/futex.h, linux/io_uring.h
const MSG_WAITALL = 0x100n;
const FUTEX_COMMAND = 0x7fn;
const FUTEX_WAIT = 0n;
const FUTEX_WAIT_BITSET = 9n;
/** The word of a lock that somebody waits for, in glibc's lowlevellock.h. */
const LOCKED_AND_WAITED_FOR = 2n;
const IORING_ENTER_EXT_ARG = 8n;

const isFutex = (command: bigint, [, operation = 0n]: CallArguments) => (operation & FUTEX_COMMAND) === command;
/** glibc's condition variables, semaphores and joins wait by this; by FUTEX_WAIT its locks do, by others the kernel's. */
const waitsForBits: Tells = (args) => isFutex(FUTEX_WAIT_BITSET, args);
const waitsForLock: Tells = (args) => isFutex(FUTEX_WAIT, args) && args[2] === LOCKED_AND_WAITED_FOR;

function call(name: string, traits: Partial<SleepingCall>): SleepingCall {
  return { name, givesUp: false, startsAnew: never, zeroIsHarmless: never, isDelicate: never, ...traits };
}
const harmless = (name: string) => call(name, { zeroIsHarmless: always });
const restarts = (name: string) => call(name, {});
const givesUp = (name: string, startsAnew: Tells, traits: Partial<SleepingCall> = {}) =>
  call(name, { givesUp: true, startsAnew, ...traits });

/** By number (arch/x86/entry/syscalls/syscall_64.tbl). Each was tried, and none is in it that was not. */
const calls: ReadonlyMap<number, SleepingCall> = new Map([
  [0, givesUp("read", always)],
  [1, givesUp("write", always, { isDelicate: always })],
  // Of a FIFO; so is openat.
  [2, restarts("open")],
  [7, harmless("poll")],
  [23, harmless("select")],
  [34, harmless("pause")],
  [35, harmless("nanosleep")],
  [43, givesUp("accept", always)],
  [45, givesUp("recvfrom", always, { isDelicate: hasFlag(3, MSG_WAITALL) })],
  [47, givesUp("recvmsg", always, { isDelicate: hasFlag(2, MSG_WAITALL) })],
  [61, restarts("wait4")],
  [65, givesUp("semop", never)],
  [70, restarts("msgrcv")],
  [72, restarts("fcntl")],
  [73, restarts("flock")],
  [128, givesUp("rt_sigtimedwait", isGiven(2))],
  [130, harmless("rt_sigsuspend")],
  [202, call("futex", { zeroIsHarmless: waitsForBits, isDelicate: waitsForLock })],
  [208, givesUp("io_getevents", isGiven(4), { zeroIsHarmless: always })],
  // The continuation of nanosleep, poll or futex after it was interrupted once before.
  [219, harmless("restart_syscall")],
  [220, givesUp("semtimedop", isGiven(3))],
  [230, harmless("clock_nanosleep")],
  [232, givesUp("epoll_wait", isTime(3), { zeroIsHarmless: always })],
  [243, givesUp("mq_timedreceive", never)],
  [247, restarts("waitid")],
  [257, restarts("openat")],
  [270, harmless("pselect6")],
  [271, harmless("ppoll")],
  [281, givesUp("epoll_pwait", isTime(3), { zeroIsHarmless: always })],
  [288, givesUp("accept4", always)],
  [426, givesUp("io_uring_enter", hasFlag(3, IORING_ENTER_EXT_ARG), { zeroIsHarmless: always })],
  [441, givesUp("epoll_pwait2", isGiven(3), { zeroIsHarmless: always })],
  [449, givesUp("futex_waitv", never, { zeroIsHarmless: always })],
]);

export function sleepingCall(number: number): SleepingCall | null {
  return calls.get(number) ?? null;
}

export const EINTR = -4n;
// include/linux/errno.h: ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK. No program ever sees them.
const restartCodes = [-512n, -513n, -514n, -516n];

/**
 * The call that a stopped thread was interrupted in, from its registers; null when it runs code of its own, has just
 * ended its call, or is in one that is not known to go on.
 */
export function interruptedCall(number: bigint, answer: bigint): SleepingCall | null {
  const found = number < 0n ? null : sleepingCall(Number(number));
  if (!found) return null;
  return restartCodes.includes(answer) || (answer === EINTR && found.givesUp) ? found : null;
}
