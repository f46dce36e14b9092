import { closeSync } from "node:fs";
import { errno, errnoName } from "#kernel/errno.ts";
import { lastErrno, libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

/** Bits of inotify(7), include/uapi/linux/inotify.h. */
export const IN_MODIFY = 0x2;
export const IN_ATTRIB = 0x4;
export const IN_CLOSE_WRITE = 0x8;
export const IN_CLOSE_NOWRITE = 0x10;
export const IN_OPEN = 0x20;
export const IN_MOVED_FROM = 0x40;
export const IN_MOVED_TO = 0x80;
export const IN_CREATE = 0x100;
export const IN_DELETE = 0x200;
export const IN_DELETE_SELF = 0x400;
export const IN_MOVE_SELF = 0x800;
export const IN_UNMOUNT = 0x2000;
export const IN_Q_OVERFLOW = 0x4000;
export const IN_IGNORED = 0x8000;
export const IN_ONLYDIR = 0x0100_0000;
export const IN_EXCL_UNLINK = 0x0400_0000;
export const IN_MASK_ADD = 0x2000_0000;
export const IN_ISDIR = 0x4000_0000;

export interface InotifyEvent {
  /** Of the watch; -1 for IN_Q_OVERFLOW. The kernel gives a number out again only after 2^31 others. */
  readonly wd: number;
  readonly mask: number;
  /** Equal in the two halves of a rename; else 0. */
  readonly cookie: number;
  /** Of what is in the watched directory; "" where the event is about what is watched itself. */
  readonly name: string;
}

/** struct inotify_event: wd, mask, cookie, length of the name with its padding of NULs, name. */
const headSize = 16;

/** What read(2) gave. Bytes that are no whole event at the end are left out. */
export function parseInotify(bytes: Uint8Array): InotifyEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: InotifyEvent[] = [];
  for (let at = 0; at + headSize <= bytes.length; ) {
    const start = at + headSize;
    const end = start + view.getUint32(at + 12, true);
    if (end > bytes.length) break;
    const padding = bytes.subarray(start, end).indexOf(0);
    events.push({
      wd: view.getInt32(at, true),
      mask: view.getUint32(at + 4, true),
      cookie: view.getUint32(at + 8, true),
      name: end === start ? "" : decoder.decode(bytes.subarray(start, padding < 0 ? end : start + padding)),
    });
    at = end;
  }
  return events;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Why the kernel hears nothing for us. */
export interface InotifyFailure {
  /** `full`: a limit is reached, and asking again may help later; `gone`: there is no such path by now. */
  readonly kind: "full" | "gone" | "denied" | "unavailable";
  /** What was found and what to do; the caller says before it what was to be done. */
  readonly detail: string;
}

export interface Inotify {
  /** For whoever waits until it is readable. */
  readonly fd: number;
  /** The number of the watch: the one that it has, for an inode that is watched. */
  add(path: string, mask: number): number | InotifyFailure;
  /** The events up to this are still taken, and one IN_IGNORED. */
  remove(wd: number): void;
  /** What has happened since the last time, without waiting. */
  take(): InotifyEvent[];
  close(): void;
}

const numbers =
  process.arch === "arm64"
    ? { inotify_init1: 26, inotify_add_watch: 27, inotify_rm_watch: 28 }
    : { inotify_init1: 294, inotify_add_watch: 254, inotify_rm_watch: 255 };
const IN_NONBLOCK_CLOEXEC = 0o2004000;
/** PATH_MAX of limits.h, with its NUL. */
const pathBytes = 4096;
const path0 = memory(pathBytes);
/** The largest event has 16 + 256 bytes; most have 32. */
const batch = memory(16_384);
/** A writer that is faster than this reads must not hold the loop; what is left rings again. */
const mostReads = 64;
const encoder = new TextEncoder();

/** inotify_init1(2). The kernel queues up to fs.inotify.max_queued_events, then tells IN_Q_OVERFLOW and drops. */
export function createInotify(): Inotify | InotifyFailure {
  const c = libc;
  if (!c) return { kind: "unavailable", detail: "this runtime has no FFI" };
  const fd = c.syscall(numbers.inotify_init1, IN_NONBLOCK_CLOEXEC, 0, 0, 0, 0);
  if (fd < 0) return initFailure(lastErrno());
  return {
    fd,
    add(path, mask) {
      const { read, written } = encoder.encodeInto(path, path0.bytes.subarray(0, pathBytes - 1));
      if (read < path.length || path.includes("\0")) return addFailure(errno.ENAMETOOLONG);
      path0.bytes[written] = 0;
      const wd = c.syscall(numbers.inotify_add_watch, fd, path0.pointer, mask, 0, 0);
      return wd < 0 ? addFailure(lastErrno()) : wd;
    },
    remove(wd) {
      // EINVAL: the kernel was faster, since what was watched is gone.
      c.syscall(numbers.inotify_rm_watch, fd, wd, 0, 0, 0);
    },
    take() {
      const taken: InotifyEvent[] = [];
      for (let reads = 0; reads < mostReads; reads++) {
        const length = c.read(fd, batch.pointer as never, batch.bytes.length);
        if (length <= 0) break;
        for (const event of parseInotify(batch.bytes.subarray(0, length))) taken.push(event);
      }
      return taken;
    },
    close: () => closeSync(fd),
  };
}

export function initFailure(code: number): InotifyFailure {
  if (code === errno.EMFILE)
    return {
      kind: "full",
      detail:
        "this user has no inotify instance left (EMFILE), or this process no file descriptor. Raise the sysctl fs.inotify.max_user_instances of the node",
    };
  return { kind: code === errno.ENFILE ? "full" : "unavailable", detail: `the kernel refuses with ${errnoName(code)}` };
}

export function addFailure(code: number): InotifyFailure {
  switch (code) {
    case errno.ENOSPC:
      return {
        kind: "full",
        detail:
          "this user has no inotify watch left (ENOSPC). Raise the sysctl fs.inotify.max_user_watches of the node, or find who holds so many",
      };
    case errno.ENOENT:
    case errno.ENOTDIR:
      return { kind: "gone", detail: "there is no such path" };
    case errno.EACCES:
    case errno.EPERM:
      return {
        kind: "denied",
        detail: "this user may not read it. Let sexton run as a user or group that may, or give fsGroup",
      };
    default:
      return { kind: "unavailable", detail: `the kernel refuses with ${errnoName(code)}` };
  }
}
