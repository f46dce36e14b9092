import { isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";

/** A listening TCP socket of proc_pid_net(5). */
export interface ListeningSocket {
  readonly port: number;
  readonly inode: number;
}

/** A node's table is long; a pod's is not. */
const limit = 4 * 1024 * 1024;

/** The listening sockets, IPv4 and IPv6, of a process's network namespace. Readable for everyone. */
export function readListening(root: ProcRoot, pid: number | "self"): Read<ListeningSocket[]> {
  const texts = ["net/tcp", "net/tcp6"].map((file) => root.readText(pid, file, limit));
  const [first] = texts;
  if (first !== undefined && isUnread(first)) return first;
  return texts.flatMap((text) => (isUnread(text) ? [] : parseListening(text)));
}

/** Columns: `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …`; state 0A is TCP_LISTEN. */
export function parseListening(text: string): ListeningSocket[] {
  return text.split("\n").flatMap((line) => {
    const match = /^ *\d+: [0-9A-F]{8,32}:([0-9A-F]{4}) \S+ 0A \S+ \S+ \S+ +\d+ +\d+ (\d{1,15}) /.exec(line);
    return match ? [{ port: Number.parseInt(match[1] as string, 16), inode: Number(match[2]) }] : [];
  });
}
