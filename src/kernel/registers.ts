import { type Memory, memory } from "#kernel/memory.ts";

/**
 * struct user_regs_struct of x86-64 (sys/user.h): 27 words of 64 bits. `originalRax` is the number of the system call
 * that the thread is in, -1 outside of one.
 */
const words = {
  r10: 7,
  r8: 9,
  rax: 10,
  rdx: 12,
  rsi: 13,
  rdi: 14,
  originalRax: 15,
  rip: 16,
  cs: 17,
} as const;
export type Register = keyof typeof words;

const registersSize = 27 * 8;

/** The registers of a stopped thread. */
export interface Registers {
  readonly memory: Memory;
  get(register: Register): bigint;
  set(values: Partial<Record<Register, bigint>>): void;
  copyFrom(other: Registers): void;
}

/** Allocates for the life of the process, as `memory` does. */
export function registers(): Registers {
  const made = memory(registersSize);
  return {
    memory: made,
    get: (register) => made.view.getBigInt64(words[register] * 8, true),
    set(values) {
      for (const [register, value] of Object.entries(values)) {
        made.view.setBigInt64(words[register as Register] * 8, value, true);
      }
    },
    copyFrom: (other) => made.bytes.set(other.memory.bytes),
  };
}
