import { closeSync, openSync, readdirSync, readlinkSync, readSync, statSync } from "node:fs";
import { libc } from "#kernel/libc.ts";
import { fastReader } from "#kernel/procfs/fast-reader.ts";
import { type Read, readSize, unreadOf } from "#kernel/procfs/read.ts";

/** Its `next` throws what read(2) says where the file ends in the midst of it, with its process. */
export type Slices = Iterator<Uint8Array<ArrayBuffer>, undefined>;

/** A mounted /proc, or a folder of captured files shaped like one. The bytes of `read` are valid until the next `read`. */
export interface ProcRoot {
  readonly path: string;
  /** The content of `<root>/<pid>/<file>`; without a pid of `<root>/<file>`. At most 64 KiB. */
  read(pid: number | "self" | null, file: string): Read<Uint8Array>;
  /** The whole text, read to its end or to `limit` bytes. */
  readText(pid: number | "self", file: string, limit: number): Read<string>;
  /** The same a slice at a time, each read when it is asked for. Ended early (`return`) or read to its end it is closed. */
  slices(pid: number, file: string, limit: number): Read<Slices>;
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
    slices: (pid, file, limit) => attempt(() => openSlices(`${path}/${pid}/${file}`, limit)),
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

/**
 * Pseudo-files lie about their size, so this reads until the end is seen. They hand out a page at a time, so a chunk is
 * filled before there is another: sixteen times a JVM's maps would be in memory otherwise.
 */
function readToEnd(path: string, limit: number): string {
  const fd = openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    for (let total = 0; total < limit; ) {
      const chunk = filled(fd, Buffer.alloc(Math.min(readSize, limit - total)));
      if (chunk.length === 0) break;
      chunks.push(chunk);
      total += chunk.length;
    }
    return Buffer.concat(chunks).toString("utf8");
  } finally {
    closeSync(fd);
  }
}

/** Two are read at once: whether a file may be read shows by then, and most files are over. */
function openSlices(path: string, limit: number): Slices {
  const fd = openSync(path, "r");
  let left = limit;
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  const read = (): Buffer<ArrayBuffer> | null => {
    if (!isOpen) return null;
    try {
      const slice = filled(fd, Buffer.alloc(Math.min(readSize, left)));
      left -= slice.length;
      if (slice.length === 0 || left === 0) close();
      return slice.length === 0 ? null : slice;
    } catch (cause) {
      close();
      throw cause;
    }
  };
  const begin = [read(), read()];
  const end = { done: true, value: undefined } as const;
  return {
    next() {
      const value = begin.shift() ?? read();
      return value ? { done: false, value } : end;
    },
    return() {
      close();
      return end;
    },
  };
}

function filled(fd: number, chunk: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  let length = 0;
  for (let n = -1; n !== 0 && length < chunk.length; length += n) {
    n = readSync(fd, chunk, length, chunk.length - length, null);
  }
  return chunk.subarray(0, length);
}

function fsReader(root: string): ProcRoot["read"] {
  const buffer = Buffer.from(new ArrayBuffer(readSize));
  return (pid, file) =>
    attempt(() => {
      const fd = openSync(pid === null ? `${root}/${file}` : `${root}/${pid}/${file}`, "r");
      try {
        const { length } = filled(fd, buffer);
        // Not a Buffer: its slice() is a view, where that of a Uint8Array is the copy that callers keep.
        return new Uint8Array(buffer.buffer, 0, length);
      } finally {
        closeSync(fd);
      }
    });
}
