import { isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { lossyUtf8 } from "#kernel/procfs/text.ts";

export interface Cmdline {
  readonly args: readonly string[];
  /** There is more than was read. */
  readonly truncated: boolean;
  /** More NULs follow than end a list of arguments: what a title leaves that was written over them. */
  readonly padded: boolean;
}

/**
 * `/proc/PID/cmdline`, at most `limit` bytes of it: a command line may be 2 MiB long. Readable for everyone.
 * Empty for zombies and kernel threads.
 */
export function readCmdline(root: ProcRoot, pid: number, limit = 4096): Read<Cmdline> {
  const bytes = root.read(pid, "cmdline");
  if (isUnread(bytes)) return bytes;
  const { length } = bytes;
  const truncated = length > limit;
  const padded = length > 1 && bytes[length - 1] === 0 && bytes[length - 2] === 0;
  return { args: parseCmdline(truncated ? bytes.subarray(0, limit) : bytes), truncated, padded };
}

/**
 * Arguments end with a NUL each (proc_pid_cmdline(5)). A program that wrote its title over them may leave more NULs at
 * the end, which are no arguments, or none at all.
 */
export function parseCmdline(bytes: Uint8Array): string[] {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  if (end === 0) return bytes.length > 0 ? [""] : [];
  const text = lossyUtf8(bytes.subarray(0, end));
  const args = text.split("\0");
  // Empty arguments at the end are told from a title's padding by their number: argv has few, padding has many.
  const trailing = bytes.length - end - 1;
  return trailing > 0 && trailing <= 2 ? [...args, ...Array<string>(trailing).fill("")] : args;
}
