import { isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { decimal, keyedLines, latin1 } from "#kernel/procfs/text.ts";

/** proc_pid_io(5). `read`/`written` went through system calls, `storage…` really caused disk traffic. */
export interface ProcIo {
  readBytes: number | null;
  writtenBytes: number | null;
  storageReadBytes: number | null;
  storageWrittenBytes: number | null;
  readCalls: number | null;
  writeCalls: number | null;
}

/** `/proc/PID/io`. Needs ptrace access and the file's owner. */
export function readIo(root: ProcRoot, pid: number): Read<ProcIo> {
  const bytes = root.read(pid, "io");
  return isUnread(bytes) ? bytes : parseIo(latin1(bytes));
}

export function parseIo(text: string): ProcIo {
  const lines = keyedLines(text);
  return {
    readBytes: decimal(lines.get("rchar")),
    writtenBytes: decimal(lines.get("wchar")),
    storageReadBytes: decimal(lines.get("read_bytes")),
    storageWrittenBytes: decimal(lines.get("write_bytes")),
    readCalls: decimal(lines.get("syscr")),
    writeCalls: decimal(lines.get("syscw")),
  };
}
