import { errno } from "#kernel/errno.ts";
import { lastErrno, libc } from "#kernel/libc.ts";

const SYS_kill = process.arch === "arm64" ? 129 : 62;

/** 0, or errno: ESRCH when nobody is there any more. */
type Sent = number;

/**
 * kill(2) for a child of our own that is not collected yet: until then nobody else can have its pid, so no pidfd is
 * needed. 0 and negative numbers mean others than it, and 1 is nobody's child.
 */
export function signalChild(pid: number, signal: number): Sent {
  return send(pid, pid, signal);
}

/** kill(2) for the process group of a child of our own: as long as it has members, its id is not given to others. */
export function signalGroup(group: number, signal: number): Sent {
  return send(group, -group, signal);
}

function send(id: number, target: number, signal: number): Sent {
  if (!Number.isInteger(id) || id <= 1 || id > 4_194_304)
    throw new Error(`internal error: ${id} is no child and no group of one`);
  if (!libc) return errno.ENOSYS;
  return libc.syscall(SYS_kill, target, signal, 0, 0, 0) === 0 ? 0 : lastErrno();
}

/** Stops this process (SIGSTOP) until somebody continues it. As pid 1 of a namespace the kernel drops it. */
export function stopSelf(): void {
  libc?.syscall(SYS_kill, process.pid, SIGSTOP, 0, 0, 0);
}

const SIGSTOP = 19;
