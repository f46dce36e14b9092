import { libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

const SYS_rt_sigprocmask = process.arch === "arm64" ? 135 : 14;
const how = { block: 0, unblock: 1, set: 2 } as const;
/** The kernel's sigset_t; bit n-1 is signal n. */
const set = memory(8);
const before = memory(8);

/**
 * rt_sigprocmask(2) of the thread that runs JavaScript; what it blocked before. What it blocks, other threads of the
 * runtime still take.
 */
export function maskSignals(action: keyof typeof how, mask: bigint): bigint {
  set.view.setBigUint64(0, mask, true);
  libc?.syscall(SYS_rt_sigprocmask, how[action], set.pointer, before.pointer, 8, 0);
  return before.view.getBigUint64(0, true);
}

export function signalSet(numbers: Iterable<number>): bigint {
  let mask = 0n;
  for (const number of numbers) mask |= 1n << BigInt(number - 1);
  return mask;
}

export const everySignal = (1n << 64n) - 1n;
