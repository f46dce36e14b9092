import { closeSync, openSync } from "node:fs";
import { libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";
import { isUnread, type Read, unavailable } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { latin1 } from "#kernel/procfs/text.ts";

/** proc_loadavg(5). `threads` counts the node's; `lastPid` is the newest id in the reader's own PID namespace. */
export interface Loadavg {
  load1: number;
  load5: number;
  load15: number;
  runnable: number;
  threads: number;
  lastPid: number;
}

/** `/proc/loadavg`. */
export function readLoadavg(root: ProcRoot): Read<Loadavg> | null {
  const bytes = root.read(null, "loadavg");
  return isUnread(bytes) ? bytes : parseLoadavg(latin1(bytes));
}

const number = "(\\d{1,10}(?:\\.\\d{1,4})?)";
const wholeLine = new RegExp(`^${number} ${number} ${number} (\\d{1,10})/(\\d{1,10}) (\\d{1,10})\\s*$`);

export function parseLoadavg(text: string): Loadavg | null {
  const match = wholeLine.exec(text);
  if (!match) return null;
  const [load1, load5, load15, runnable, threads, lastPid] = match.slice(1).map(Number) as Six;
  return { load1, load5, load15, runnable, threads, lastPid };
}

type Six = [number, number, number, number, number, number];

/**
 * The newest id that the reader's PID namespace has given out; null where there is no such count: gVisor writes a 0 that
 * never moves (ReadSeqFileData of its pkg/sentry/fs/proc/loadavg.go).
 */
export interface LastPid {
  read(): Read<number> | null;
  close(): void;
}

const line = memory(128);

/** For a watcher that asks fifty times a second: one pread(2) of a file that stays open, no string and no object. */
export function openLastPid(root: ProcRoot): LastPid {
  const c = libc;
  const fd = c ? openIfThere(`${root.path}/loadavg`) : null;
  if (!c || fd === null) {
    return { read: () => lastPidOf(root.read(null, "loadavg")), close() {} };
  }
  return {
    read() {
      const length = c.pread(fd, line.pointer as never, line.bytes.length, 0 as never);
      return length <= 0 ? unavailable : parseLastPid(line.bytes, length);
    },
    close: () => closeSync(fd),
  };
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch {
    return null;
  }
}

function lastPidOf(bytes: Read<Uint8Array>): Read<number> | null {
  return isUnread(bytes) ? bytes : parseLastPid(bytes);
}

export function parseLastPid(bytes: Uint8Array, length: number = bytes.length): number | null {
  let at = length - 1;
  while (at >= 0 && (bytes[at] === 10 || bytes[at] === 32)) at--;
  let value = 0;
  const last = at;
  for (let scale = 1; at >= 0 && scale <= 1e9; at--, scale *= 10) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) break;
    value += digit * scale;
  }
  return at < last && bytes[at] === 32 && value > 0 ? value : null;
}
