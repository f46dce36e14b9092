import { gone, isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { lossyUtf8 } from "#kernel/procfs/text.ts";

/** proc_pid_stat(5). Times are clock ticks of 1/100 s, `startTicks` since boot (CLOCK_BOOTTIME). */
export interface ProcStat {
  pid: number;
  comm: string;
  /** R S D T t Z X I … */
  state: string;
  ppid: number;
  /** Session id: the pid of the process that began the session, by setsid(2), which may have ended since. */
  session: number;
  /** The controlling terminal's device (tty_nr); 0: none. */
  terminal: number;
  flags: number;
  minorFaults: number;
  majorFaults: number;
  userTicks: number;
  systemTicks: number;
  threads: number;
  startTicks: number;
  virtualBytes: number;
  rssPages: number;
  /**
   * Where execve(2) put program and stack: a hash of startcode, endcode and startstack. No title and no name changes
   * them, and address space randomization gives each exec others. Null: hidden (ptrace access mode), or no memory.
   */
  layout: number | null;
  /**
   * In the midst of execve(2): the memory is the new program's already (begin_new_exec), and what tells which program
   * it is has not been put there. A microsecond or so; longer where the loader waits for a disk.
   */
  execing: boolean;
  /** A wait status (wait(2)): code << 8 | signal. 0 also where permission hides it (ptrace access mode). */
  exitCode: number;
}

/** include/linux/sched.h: do_exit() has begun, and takes memory, files and cgroups away before the state says Z. */
const PF_EXITING = 0x00000004;
/** A thread of the kernel itself. */
const PF_KTHREAD = 0x00200000;

export function isExiting({ flags }: Pick<ProcStat, "flags">): boolean {
  return (flags & PF_EXITING) !== 0;
}

export function isKernelThread({ flags }: Pick<ProcStat, "flags">): boolean {
  return (flags & PF_KTHREAD) !== 0;
}

/** `/proc/PID/stat`. Readable for everyone; exitCode only with ptrace access. */
export function readStat(root: ProcRoot, pid: number): Read<ProcStat> | null {
  const bytes = root.read(pid, "stat");
  return isUnread(bytes) ? bytes : unlessReleased(parseStat(bytes));
}

/**
 * No threads, not even the zombie's own: it is released at this very moment (release_task() of kernel/exit.c). Parent and
 * session read 0 then, as if it had come from outside of the namespace.
 */
function unlessReleased(stat: ProcStat | null): Read<ProcStat> | null {
  return stat?.threads === 0 ? gone : stat;
}

/** One stat line, and what it says. */
export interface StatLine {
  readonly bytes: Uint8Array;
  readonly stat: ProcStat;
}

/**
 * readStat for a process that is looked at again and again. The line of one that slept is the same byte for byte:
 * comparing it is several times cheaper than parsing, and then the answer is `before` itself.
 */
export function rereadStat(root: ProcRoot, pid: number, before: StatLine | undefined): Read<StatLine> | null {
  const bytes = root.read(pid, "stat");
  if (isUnread(bytes)) return bytes;
  if (before && Buffer.compare(bytes, before.bytes) === 0) return before;
  const stat = unlessReleased(parseStat(bytes));
  return stat === null || isUnread(stat) ? stat : { bytes: bytes.slice(), stat };
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
  const end = parseNumbers(bytes, nameEnd + 4);
  if (pid <= 0 || end < 0) return null;
  const addresses = skipFields(bytes, end, 1);
  const rest = skipFields(bytes, addresses, 3);
  return {
    pid,
    comm: nameOf(bytes, nameStart, nameEnd),
    state: String.fromCharCode(bytes[nameEnd + 2] as number),
    ppid: numbers[0] as number,
    session: numbers[2] as number,
    terminal: numbers[3] as number,
    flags: numbers[5] as number,
    minorFaults: numbers[6] as number,
    majorFaults: numbers[8] as number,
    userTicks: numbers[10] as number,
    systemTicks: numbers[11] as number,
    threads: numbers[16] as number,
    startTicks: numbers[18] as number,
    virtualBytes: numbers[19] as number,
    rssPages: numbers[20] as number,
    layout: layoutAt(bytes, addresses, rest),
    // Without memory, and hidden, it is otherwise: no bytes, and a 1.
    execing: bytes[addresses] === 48 && bytes[addresses + 1] === 32 && (numbers[19] as number) > 0,
    exitCode: numberAt(bytes, skipFields(bytes, rest, 23)),
  };
}

// Field 4 (ppid) is number 0 here, field 24 (rss) number 20. Of the 28 fields after them three addresses (26 to 28) and
// the last, exit_code, are wanted; addresses are too large for integer arithmetic, so they are hashed and not parsed.
const numbers = new Float64Array(21);

/** Names met before, by a hash of their bytes: decoding costs more than all else here, and most names stay. */
const names: ({ bytes: Uint8Array; text: string } | undefined)[] = new Array(512).fill(undefined);

function nameOf(bytes: Uint8Array, start: number, end: number): string {
  let hash = 0;
  for (let at = start; at < end; at++) hash = (hash * 31 + (bytes[at] as number)) | 0;
  const slot = hash & (names.length - 1);
  const known = names[slot];
  if (known && isAt(bytes, start, end, known.bytes)) return known.text;
  const name = bytes.slice(start, end);
  const text = lossyUtf8(name);
  names[slot] = { bytes: name, text };
  return text;
}

function isAt(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start !== name.length) return false;
  for (let at = 0; at < name.length; at++) if (bytes[start + at] !== name[at]) return false;
  return true;
}

function numberAt(bytes: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; at < bytes.length; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}

/** Fills `numbers` with the space-separated numbers from `start` on; returns where the next field starts, -1 if too few. */
function parseNumbers(bytes: Uint8Array, start: number): number {
  const length = bytes.length;
  let at = start;
  for (let index = 0; index < numbers.length; index++) {
    const negative = bytes[at] === 45;
    if (negative) at++;
    const first = at;
    let value = 0;
    for (; at < length; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === first) return -1;
    numbers[index] = negative ? -value : value;
    if (bytes[at] === 32) at++;
    else if (index < numbers.length - 1) return -1;
  }
  return at;
}

/** FNV-1a. A first field of one digit is the 0 or 1 that stands for an address that is hidden or not there. */
function layoutAt(bytes: Uint8Array, start: number, end: number): number | null {
  if (start + 1 >= end || bytes[start + 1] === 32) return null;
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash;
}

/** Where the field `count` fields after `start` starts; the end of the line when there are not as many. */
function skipFields(bytes: Uint8Array, start: number, count: number): number {
  const length = bytes.length;
  let left = count;
  let at = start;
  for (; at < length && left > 0; at++) if (bytes[at] === 32) left--;
  return at;
}
