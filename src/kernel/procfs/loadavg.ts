import { isUnread, type Read } from "#kernel/procfs/read.ts";
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
const line = new RegExp(`^${number} ${number} ${number} (\\d{1,10})/(\\d{1,10}) (\\d{1,10})\\s*$`);

export function parseLoadavg(text: string): Loadavg | null {
  const match = line.exec(text);
  if (!match) return null;
  const [load1, load5, load15, runnable, threads, lastPid] = match.slice(1).map(Number) as Six;
  return { load1, load5, load15, runnable, threads, lastPid };
}

type Six = [number, number, number, number, number, number];

/** The newest id alone, which a watcher asks for fifty times a second: no string, no object. */
export function readLastPid(root: ProcRoot): Read<number> | null {
  const bytes = root.read(null, "loadavg");
  return isUnread(bytes) ? bytes : parseLastPid(bytes);
}

export function parseLastPid(bytes: Uint8Array): number | null {
  let at = bytes.length - 1;
  while (at >= 0 && (bytes[at] === 10 || bytes[at] === 32)) at--;
  let value = 0;
  const last = at;
  for (let scale = 1; at >= 0 && scale <= 1e9; at--, scale *= 10) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) break;
    value += digit * scale;
  }
  return at < last && bytes[at] === 32 ? value : null;
}
