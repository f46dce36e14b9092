import { isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";

/** Of the process's first thread alone, whatever proc_pid_status(5) says of the process. */
export interface ContextSwitches {
  readonly voluntary: number;
  readonly involuntary: number;
}

/** The last two lines of `/proc/PID/status`, and nothing else of it: it has sixty, and is read of many processes. */
export function readSwitches(root: ProcRoot, pid: number): Read<ContextSwitches> | null {
  const bytes = root.read(pid, "status");
  return isUnread(bytes) ? bytes : parseSwitches(bytes);
}

export function parseSwitches(bytes: Uint8Array): ContextSwitches | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const voluntary = numberBehind(buffer, voluntaryLabel);
  const involuntary = numberBehind(buffer, involuntaryLabel);
  return voluntary === null || involuntary === null ? null : { voluntary, involuntary };
}

// Names are escaped in this file, so that none can hold a line of its own.
const voluntaryLabel = Buffer.from("\nvoluntary_ctxt_switches:\t");
const involuntaryLabel = Buffer.from("\nnonvoluntary_ctxt_switches:\t");

function numberBehind(buffer: Buffer, label: Buffer): number | null {
  const found = buffer.lastIndexOf(label);
  if (found < 0) return null;
  const start = found + label.length;
  let value = 0;
  let at = start;
  for (; (buffer[at] ?? 0) >= 48 && (buffer[at] ?? 0) <= 57; at++) value = value * 10 + (buffer[at] as number) - 48;
  return at === start ? null : value;
}
