import { eventfdWriteAddress, openInitLibc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

const SIG_DFL = 0n;
const SIG_IGN = 1n;
const SA_SIGINFO = 4;
const SA_RESTART = 0x1000_0000;
const SA_RESETHAND = 0x8000_0000;

/** struct sigaction of glibc and musl on x86-64 and arm64: the handler, 128 bytes of mask, 32 bits of flags, a pointer. */
const size = 152;
const flagsOffset = 136;
const action = memory(size);

/** sigaction(2) with nothing in the mask. */
function setHandler(number: number, handler: bigint, flags: number): boolean {
  action.bytes.fill(0);
  action.view.setBigUint64(0, handler, true);
  action.view.setInt32(flagsOffset, flags, true);
  return openInitLibc().sigaction(number, action.pointer as never, 0 as never) === 0;
}

export function ignoreSignal(number: number): void {
  setHandler(number, SIG_IGN, 0);
}

export function defaultSignal(number: number): void {
  setHandler(number, SIG_DFL, 0);
}

const kept = memory(size);

/** Runs `work` while these are ignored; what was done with them before comes back. */
export function ignoringSignals<T>(numbers: readonly number[], work: () => T): T {
  return meanwhile(numbers, ignoreSignal, work);
}

/** Runs `work` while this has its default action; what was done with it before comes back. */
export function atDefault<T>(number: number, work: () => T): T {
  return meanwhile([number], defaultSignal, work);
}

function meanwhile<T>(numbers: readonly number[], set: (number: number) => void, work: () => T): T {
  const c = openInitLibc();
  const before = numbers.map((number) => {
    c.sigaction(number, 0 as never, kept.pointer as never);
    return kept.bytes.slice();
  });
  for (const number of numbers) set(number);
  try {
    return work();
  } finally {
    for (const [index, number] of numbers.entries()) {
      kept.bytes.set(before[index] as Uint8Array);
      c.sigaction(number, kept.pointer as never, 0 as never);
    }
  }
}

/** Calls `hear` in the event loop for each delivery. For the signals that Bun has names for, but SIGPWR. */
export function catchNamed(name: NodeJS.Signals, hear: () => void): void {
  process.on(name, hear);
}

/**
 * Catches a signal that also tells of faults (SIGSEGV and the like). What somebody sends is heard; a fault runs the
 * handler once, meets the default action when the instruction is tried again, and ends the process as it should.
 */
export function catchFaultLike(name: NodeJS.Signals, number: number, hear: () => void): void {
  catchNamed(name, () => {
    once(number);
    hear();
  });
  once(number);
}

const byBun = new Map<number, bigint>();

function once(number: number): void {
  const c = openInitLibc();
  let handler = byBun.get(number);
  if (handler === undefined) {
    c.sigaction(number, 0 as never, action.pointer as never);
    handler = action.view.getBigUint64(0, true);
    byBun.set(number, handler);
  }
  setHandler(number, handler, SA_RESTART | SA_SIGINFO | (SA_RESETHAND | 0));
}

/** The handler that only writes to the eventfd whose descriptor has the signal's number: eventfd_write(sig, siginfo). */
export function catchByEventfd(number: number): boolean {
  return setHandler(number, BigInt(eventfdWriteAddress()), SA_SIGINFO | SA_RESTART);
}
