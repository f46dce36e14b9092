import { lastErrno, type libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";
import { readSize, unreadOf } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { lossyUtf8 } from "#kernel/procfs/text.ts";

const openReadOnly = 0o2000000; // O_RDONLY | O_CLOEXEC
// O_RDONLY | O_DIRECTORY | O_CLOEXEC. On arm64 O_DIRECTORY is another bit, and this one is O_DIRECT, which /proc refuses.
const openDirectory = process.arch === "arm64" ? 0o2040000 : 0o2200000;
// One set of buffers for all roots: a read is done before the next one starts.
const path = memory(4096);
const content = memory(readSize);
const entries = memory(readSize);

/**
 * openat(2), read(2), close(2) without a JavaScript string or object on the way in: a scan of 5,000 processes
 * is 15,000 of these calls, and its budget leaves less than 2 us of JavaScript a process.
 */
export function fastReader(c: NonNullable<typeof libc>, root: string): Pick<ProcRoot, "read" | "readLink" | "pids"> {
  path.buffer.write(`${root}\0`);
  const directory = c.open(path.pointer as never, openDirectory);
  return {
    read(pid, file) {
      writePath(pid, file);
      const fd = c.openat(directory, path.pointer as never, openReadOnly);
      if (fd < 0) return unreadOf(lastErrno());
      let length = c.read(fd, content.pointer as never, readSize);
      const failed = length < 0 ? lastErrno() : 0;
      // stat is one record and comes in one read. Others may come in pieces (seq_file(9) stops where the next record
      // does not fit its page), so they are read until the end is seen.
      for (let n = file === "stat" ? 0 : length; n > 0 && length < readSize; length += n) {
        n = Math.max(c.read(fd, (content.pointer + length) as never, readSize - length), 0);
      }
      c.close(fd);
      return failed ? unreadOf(failed) : content.bytes.subarray(0, length);
    },
    readLink(pid, file) {
      writePath(pid, file);
      const length = c.readlinkat(directory, path.pointer as never, content.pointer as never, readSize);
      return length < 0 ? unreadOf(lastErrno()) : lossyUtf8(content.bytes.subarray(0, length));
    },
    pids: () => listPids(c, directory),
  };
}

/** `/stat`, NUL-terminated, by `stat`. As many as there are names in this program, and a few threads' and descriptors'. */
const suffixes = new Map<string, Buffer>();
const maxSuffixes = 256;

/** Writes `<pid>/<file>`, relative to the root's folder. */
function writePath(pid: number | "self" | null, file: string): void {
  let suffix = suffixes.get(file);
  if (suffix === undefined) {
    suffix = Buffer.from(`/${file}\0`);
    if (suffixes.size >= maxSuffixes) suffixes.clear();
    suffixes.set(file, suffix);
  }
  // A path that starts at the suffix's slash would be absolute, hence the "." where there is no pid.
  const at = typeof pid === "number" ? writeDecimal(path.bytes, pid) : path.buffer.write(pid ?? ".");
  path.bytes.set(suffix, at);
}

/** getdents64(2): struct linux_dirent64 is d_ino (8 bytes), d_off (8), d_reclen (2), d_type (1), d_name (NUL-terminated). */
function listPids(c: NonNullable<typeof libc>, directory: number): number[] {
  const pids: number[] = [];
  const { bytes, view, pointer } = entries;
  c.lseek(directory, 0, 0);
  for (;;) {
    const length = c.getdents64(directory, pointer as never, readSize);
    if (length <= 0) return pids;
    for (let at = 0; at < length; at += view.getUint16(at + 16, true)) {
      let pid = 0;
      let index = at + 19;
      for (let byte = bytes[index] as number; byte >= 48 && byte <= 57; byte = bytes[++index] as number) {
        pid = pid * 10 + byte - 48;
      }
      if (pid > 0 && bytes[index] === 0) pids.push(pid);
    }
  }
}

/** Writes a pid at the start of `into`; returns where it ends. */
function writeDecimal(into: Uint8Array, value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits++;
  for (let at = digits - 1, rest = value; at >= 0; at--) {
    const tens = (rest / 10) | 0;
    into[at] = 48 + (rest - tens * 10);
    rest = tens;
  }
  return digits;
}
