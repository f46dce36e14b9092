import { closeSync } from "node:fs";
import { errno, errnoName } from "#kernel/errno.ts";
import { lastErrno, libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

// The same on x86-64 and arm64, as for every system call added since 5.1.
const SYS_pidfd_send_signal = 424;
const SYS_pidfd_open = 434;

/** A process that cannot be confused with a later one of the same pid. Close it with `closePidfd`. */
export type Pidfd = number & { readonly __pidfd: true };

export type PidfdFailure =
  /** ESRCH: the process has ended and was collected. */
  | "gone"
  /** EPERM: neither the same user nor CAP_KILL. */
  | "denied"
  /** ENOSYS, EMFILE or a runtime without FFI: use kill(2) after a check of the identity. */
  | "unavailable";

/**
 * pidfd_open(2), Linux 5.3. ESRCH: gone. ENOENT, before 6.9 EINVAL: the id of a thread that leads no group.
 * Close-on-exec is always set.
 */
export function pidfdOpen(pid: number): Pidfd | PidfdFailure | "thread" {
  refuseGroups(pid);
  if (!libc) return "unavailable";
  const fd = libc.syscall(SYS_pidfd_open, pid, 0, 0, 0, 0);
  if (fd >= 0) return fd as Pidfd;
  const code = lastErrno();
  if (code === errno.ENOENT || code === errno.EINVAL) return "thread";
  // Short of kernel memory, or of anonymous inodes.
  return code === errno.ENOMEM || code === errno.ENODEV ? "unavailable" : failureOf(code);
}

/**
 * pidfd_send_signal(2), Linux 5.1. Signal 0 only asks whether one could be sent. A zombie takes every signal with
 * success and no effect, so its state is to be looked at first.
 */
export function pidfdSendSignal(pidfd: Pidfd, signal: number): "sent" | PidfdFailure {
  if (!libc) return "unavailable";
  return libc.syscall(SYS_pidfd_send_signal, pidfd, signal, 0, 0, 0) === 0 ? "sent" : failureOf(lastErrno());
}

/**
 * kill(2), for where there are no pidfds. Only for one process: 0 and negative numbers mean groups to kill(2), -1
 * everybody, and they must not get there.
 */
export function killProcess(pid: number, signal: number): "sent" | PidfdFailure {
  refuseGroups(pid);
  if (pid === 1) throw new Error("internal error: kill of pid 1");
  try {
    process.kill(pid, signal);
    return "sent";
  } catch (cause) {
    return failureOf(Math.abs((cause as { errno?: number }).errno ?? 0));
  }
}

/** What cannot be one process must not reach the kernel, which would take it for a group or cut it to 32 bits. */
function refuseGroups(pid: number): void {
  if (!Number.isInteger(pid) || pid < 1 || pid > 4_194_304)
    throw new Error(`internal error: pid ${pid} names no process`);
}

export function closePidfd(pidfd: Pidfd): void {
  if (libc) libc.close(pidfd);
  else closeSync(pidfd);
}

function failureOf(code: number): PidfdFailure {
  switch (code) {
    case errno.ESRCH:
    case errno.ENOENT:
      return "gone";
    case errno.EPERM:
    case errno.EACCES:
      return "denied";
    case errno.ENOSYS:
    case errno.EMFILE:
    case errno.ENFILE:
      return "unavailable";
    default:
      throw new Error(`internal error: pidfd call failed with ${errnoName(code)}`);
  }
}

// include/uapi/linux/pidfd.h: _IOWR(0xFF, 11, struct pidfd_info), here of its first published size, 64 bytes.
const PIDFD_GET_INFO = 0xc040ff0b;
// Bits of its mask, of which the upper half is not in use.
const PIDFD_INFO_CREDS = 1 << 1;
const PIDFD_INFO_EXIT = 1 << 3;
const info = memory(64);

/** ioctl PIDFD_GET_INFO; true when what was asked for was given. */
function askInfo(pidfd: Pidfd, wanted: number): boolean {
  if (!libc) return false;
  info.view.setUint32(0, wanted, true);
  info.view.setUint32(4, 0, true);
  if (libc.ioctl(pidfd, PIDFD_GET_INFO, info.pointer as never) !== 0) return false;
  return (info.view.getUint32(0, true) & wanted) !== 0;
}

/** The effective user and group (Linux 6.13), a tenth of what reading status costs; null when the kernel cannot tell. */
export function pidfdOwner(pidfd: Pidfd): { uid: number; gid: number } | null {
  if (!askInfo(pidfd, PIDFD_INFO_CREDS)) return null;
  return { uid: info.view.getUint32(36, true), gid: info.view.getUint32(40, true) };
}

/**
 * The wait status (wait(2)) of a process that was collected (Linux 6.15): no parentage and no permission needed, as long
 * as the pidfd was opened while the process was there. Null when the kernel cannot tell, which includes the time before
 * the collection.
 */
export function pidfdExitStatus(pidfd: Pidfd): number | null {
  tellsExits = askInfo(pidfd, PIDFD_INFO_EXIT);
  return tellsExits ? info.view.getInt32(60, true) : null;
}

let tellsExits: boolean | null = null;

/** What the last that was asked of these answered; null: none was collected yet. There is no way to try it without an end. */
export function pidfdTellsExits(): boolean | null {
  return tellsExits;
}
