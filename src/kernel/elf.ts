import { closeSync, constants, openSync, readSync } from "node:fs";

const EM_X86_64 = 62;

/**
 * Whether a program is one for 64-bit x86 (elf(5): EI_CLASS, e_machine); null when it cannot be read. An executable that
 * runs is a regular file, so opening it does nothing.
 */
export function isX8664Program(path: string): boolean | null {
  const header = Buffer.alloc(20);
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (readSync(fd, header, 0, header.length, 0) < header.length) return false;
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
  const isElf64 = header.subarray(0, 5).equals(Buffer.from("\x7fELF\x02", "latin1"));
  return isElf64 && header.readUInt16LE(18) === EM_X86_64;
}
