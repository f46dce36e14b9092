import { isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { lossyUtf8 } from "#kernel/procfs/text.ts";

/** proc_pid_stat(5). Times are clock ticks of 1/100 s, `startTicks` since boot (CLOCK_BOOTTIME). */
export interface ProcStat {
  pid: number;
  comm: string;
  /** R S D T t Z X I … */
  state: string;
  ppid: number;
  flags: number;
  minorFaults: number;
  majorFaults: number;
  userTicks: number;
  systemTicks: number;
  threads: number;
  startTicks: number;
  virtualBytes: number;
  rssPages: number;
  /** A wait status (wait(2)): code << 8 | signal. 0 also where permission hides it (ptrace access mode). */
  exitCode: number;
}

/** include/linux/sched.h: a thread of the kernel itself. */
export const PF_KTHREAD = 0x00200000;

/** `/proc/PID/stat`. Readable for everyone; exitCode only with ptrace access. */
export function readStat(root: ProcRoot, pid: number): Read<ProcStat> | null {
  const bytes = root.read(pid, "stat");
  return isUnread(bytes) ? bytes : parseStat(bytes);
}

const open = 40;
const close = 41;

/**
 * comm stands between the first `(` and the last `)`, and may itself hold parentheses, newlines and bytes that are not
 * UTF-8; all after it is numbers. Null when the bytes are not a stat line. Parsed from bytes, since this is the
 * hottest loop of a scan.
 */
export function parseStat(bytes: Uint8Array): ProcStat | null {
  const nameStart = bytes.indexOf(open) + 1;
  const nameEnd = bytes.lastIndexOf(close);
  if (nameStart < 3 || nameEnd < nameStart || bytes[nameEnd + 1] !== 32) return null;
  const pid = numberAt(bytes, 0);
  const numbers = fields;
  const count = parseNumbers(bytes, nameEnd + 4, numbers);
  if (pid <= 0 || count < 21) return null;
  return {
    pid,
    comm: lossyUtf8(bytes.subarray(nameStart, nameEnd)),
    state: String.fromCharCode(bytes[nameEnd + 2] as number),
    ppid: numbers[0] as number,
    flags: numbers[5] as number,
    minorFaults: numbers[6] as number,
    majorFaults: numbers[8] as number,
    userTicks: numbers[10] as number,
    systemTicks: numbers[11] as number,
    threads: numbers[16] as number,
    startTicks: numbers[18] as number,
    virtualBytes: numbers[19] as number,
    rssPages: numbers[20] as number,
    exitCode: count > 48 ? (numbers[48] as number) : 0,
  };
}

// Field 4 (ppid) is number 0 here; exit_code, field 52, is number 48.
const fields = new Float64Array(49);

function numberAt(bytes: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; at < bytes.length; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}

/** Reads the space-separated numbers from `at` on; returns how many there were. */
function parseNumbers(bytes: Uint8Array, start: number, into: Float64Array): number {
  const length = bytes.length;
  let count = 0;
  let at = start;
  while (at < length && count < into.length) {
    let sign = 1;
    let value = 0;
    let digits = 0;
    for (; at < length; at++) {
      const byte = bytes[at] as number;
      if (byte === 45 && digits === 0) sign = -1;
      else if (byte >= 48 && byte <= 57) {
        value = value * 10 + byte - 48;
        digits++;
      } else break;
    }
    if (digits === 0) return count;
    into[count++] = sign * value;
    if (bytes[at] !== 32) return count;
    at++;
  }
  return count;
}
