import { errno } from "#kernel/errno.ts";

/*
 * Why a file of /proc could not be read. `gone`: the process has ended (ENOENT on open, ESRCH on an open file).
 * `denied`: permission hides it (EACCES, EPERM). `unavailable`: the file makes no sense for this process (EINVAL:
 * mountinfo of a zombie) or the system is short of something (EMFILE). All three are results, none an exception.
 */
export const gone: unique symbol = Symbol("gone");
export const denied: unique symbol = Symbol("denied");
export const unavailable: unique symbol = Symbol("unavailable");
export type Unread = typeof gone | typeof denied | typeof unavailable;
export type Read<T> = T | Unread;

export function isUnread(value: unknown): value is Unread {
  return typeof value === "symbol";
}

/** A parser's null (bytes that no kernel writes) and every reason for not reading become plain null. */
export function orNull<T>(value: Read<T> | null): T | null {
  return isUnread(value) ? null : value;
}

/** What one read of a small file may return; status, the largest of them, is about 1.5 KiB. */
export const readSize = 64 * 1024;

export function unreadOf(code: number): Unread {
  switch (code) {
    case errno.ENOENT:
    case errno.ESRCH:
    case errno.ENOTDIR:
      return gone;
    case errno.EACCES:
    case errno.EPERM:
      return denied;
    default:
      return unavailable;
  }
}
