import { closeSync, constants, fstatSync, openSync, readSync, statfsSync } from "node:fs";

const O_PATH = 0o10000000; // open(2); not among node's constants
/** statfs(2): CGROUP2_SUPER_MAGIC and CGROUP_SUPER_MAGIC of linux/magic.h. */
const cgroupMagics = [0x63677270, 0x27e0eb];

export interface ForeignFile {
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** Who owns it. */
  readonly uid: number;
}

/**
 * The start of a file in a place that an app controls: a shared volume, or below /proc/PID/root. Such a path may lead
 * anywhere, also to a FIFO whose open(2) would block sexton for good, or to a device that does something when opened.
 * So it is first opened as a path only, which touches nothing, and read only if it is a regular file. Throws what
 * node:fs throws, and EINVAL for what is no regular file.
 */
export function readForeignFile(path: string, maxBytes: number): ForeignFile {
  const place = openAsPlace(path);
  try {
    const stat = fstatSync(place);
    if (!stat.isFile()) throw Object.assign(new Error(`${path} is no regular file`), { code: "EINVAL" });
    return { text: readStart(place, maxBytes), modifiedAt: stat.mtimeMs, uid: stat.uid };
  } finally {
    closeSync(place);
  }
}

/** memory.events, the longest that is read, has about 100 bytes. */
const cgroupFileBytes = 512;
const cgroupFileBuffer = Buffer.alloc(cgroupFileBytes);

/** A file of the cgroup filesystem that is held open, to be read again and again. */
export interface CgroupFile {
  /** As it is now; null when its cgroup was removed (ENODEV). */
  read(): string | null;
  close(): void;
}

/** The same for a file of the cgroup filesystem and no other; null for everything else. */
export function openCgroupFile(path: string): CgroupFile | null {
  try {
    const place = openAsPlace(path);
    try {
      const isCgroup = fstatSync(place).isFile() && cgroupMagics.includes(statfsSync(`/proc/self/fd/${place}`).type);
      return isCgroup ? cgroupFile(openForReading(place)) : null;
    } finally {
      closeSync(place);
    }
  } catch {
    // Not there, or not to be read without ptrace access: either way it is not known.
    return null;
  }
}

function cgroupFile(fd: number): CgroupFile {
  return {
    read() {
      try {
        return cgroupFileBuffer.toString("utf8", 0, readSync(fd, cgroupFileBuffer, 0, cgroupFileBytes, 0)).trim();
      } catch {
        return null;
      }
    },
    close: () => closeSync(fd),
  };
}

/** Its text; null where there is none to be read. */
export function readCgroupFile(path: string): string | null {
  const file = openCgroupFile(path);
  const text = file?.read() ?? null;
  file?.close();
  return text;
}

/** A file of an app as a place only: nothing is opened, and nobody hears of it. Throws what node:fs throws. */
export function openAsPlace(path: string): number {
  return openSync(path, O_PATH | constants.O_NOFOLLOW);
}

/** What a place leads to, which is to be known for a regular file by now. */
export function openForReading(place: number): number {
  return openSync(`/proc/self/fd/${place}`, constants.O_RDONLY | constants.O_NONBLOCK);
}

function readStart(place: number, maxBytes: number): string {
  const fd = openForReading(place);
  try {
    const buffer = Buffer.alloc(maxBytes);
    return buffer.toString("utf8", 0, readSync(fd, buffer));
  } finally {
    closeSync(fd);
  }
}
