import { closeSync, openSync, readdirSync, readlinkSync, readSync, statSync } from "node:fs";
import { libc } from "#kernel/libc.ts";
import { fastReader } from "#kernel/procfs/fast-reader.ts";
import { type Read, readSize, unreadOf } from "#kernel/procfs/read.ts";

/** A mounted /proc, or a folder of captured files shaped like one. The bytes of `read` are valid until the next `read`. */
export interface ProcRoot {
  readonly path: string;
  /** The content of `<root>/<pid>/<file>`; without a pid of `<root>/<file>`. At most 64 KiB. */
  read(pid: number | "self" | null, file: string): Read<Uint8Array>;
  /** The whole text, read to its end or to `limit` bytes. */
  readText(pid: number | "self", file: string, limit: number): Read<string>;
  /** readlink(2) of exe, cwd, root, ns/…. */
  readLink(pid: number | "self", file: string): Read<string>;
  /** stat(2) st_size of `<pid>/<file>`. */
  size(pid: number, file: string): Read<number>;
  /** readdir(3) of a folder such as fd, ns, task. */
  names(pid: number, folder: string): Read<string[]>;
  /** The numeric names in the root, in the kernel's order (ascending). */
  pids(): number[];
}

export function procRoot(path = "/proc"): ProcRoot {
  return {
    path,
    ...(libc ? fastReader(libc, path) : plainReader(path)),
    readText: (pid, file, limit) => attempt(() => readToEnd(`${path}/${pid}/${file}`, limit)),
    names: (pid, folder) => attempt(() => readdirSync(`${path}/${pid}/${folder}`)),
    size: (pid, file) => attempt(() => statSync(`${path}/${pid}/${file}`).size),
  };
}

/** The same by node:fs, for where there is no FFI. An exception for each file that cannot be read makes it slow. */
function plainReader(path: string): Pick<ProcRoot, "read" | "readLink" | "pids"> {
  return {
    read: fsReader(path),
    readLink: (pid, file) => attempt(() => readlinkSync(`${path}/${pid}/${file}`)),
    pids: () =>
      readdirSync(path)
        .filter((name) => /^[1-9]\d*$/.test(name))
        .map(Number),
  };
}

function attempt<T>(action: () => T): Read<T> {
  try {
    return action();
  } catch (cause) {
    const code = (cause as { errno?: number }).errno;
    if (code === undefined) throw cause;
    return unreadOf(Math.abs(code));
  }
}

/** Pseudo-files lie about their size, so this reads until the end is seen. */
function readToEnd(path: string, limit: number): string {
  const fd = openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    for (let total = 0; total < limit; ) {
      const chunk = Buffer.alloc(Math.min(readSize, limit - total));
      const length = readSync(fd, chunk);
      if (length === 0) break;
      chunks.push(chunk.subarray(0, length));
      total += length;
    }
    return Buffer.concat(chunks).toString("utf8");
  } finally {
    closeSync(fd);
  }
}

function fsReader(root: string): ProcRoot["read"] {
  const buffer = Buffer.from(new ArrayBuffer(readSize));
  return (pid, file) =>
    attempt(() => {
      const fd = openSync(pid === null ? `${root}/${file}` : `${root}/${pid}/${file}`, "r");
      try {
        let length = 0;
        for (let n = -1; n !== 0 && length < readSize; length += n) {
          n = readSync(fd, buffer, length, readSize - length, null);
        }
        // Not a Buffer: its slice() is a view, where that of a Uint8Array is the copy that callers keep.
        return new Uint8Array(buffer.buffer, 0, length);
      } finally {
        closeSync(fd);
      }
    });
}
