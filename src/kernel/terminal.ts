import { lastErrno, libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

// include/uapi/asm-generic/ioctls.h, the same on x86-64 and arm64.
const TIOCGPGRP = 0x540f;
const TIOCGWINSZ = 0x5413;
const TIOCSPGRP = 0x5410;
const TIOCNOTTY = 0x5422;
const SYS_getsid = process.arch === "arm64" ? 156 : 124;
const group = memory(8);

/** tcgetpgrp(3) of descriptor 0: 0 when it is our controlling terminal, else errno (ENOTTY: it is none). */
export function terminalProblem(): number {
  return libc?.ioctl(0, TIOCGPGRP, group.pointer as never) === 0 ? 0 : lastErrno();
}

/** tcgetpgrp(3) of descriptor 0; null where it is not our controlling terminal. */
export function foregroundGroup(): number | null {
  return terminalProblem() === 0 ? group.view.getInt32(0, true) : null;
}

/** isatty(3). (That of node:tty loads sockets and streams: four milliseconds.) */
export function isTerminal(fd: number): boolean {
  return libc?.ioctl(fd, TIOCGWINSZ, group.pointer as never) === 0;
}

/** tcsetpgrp(3), with SIGTTOU blocked or ignored: else who is in the background is stopped. 0, or errno. */
export function setForeground(pgid: number): number {
  group.view.setInt32(0, pgid, true);
  return libc?.ioctl(0, TIOCSPGRP, group.pointer as never) === 0 ? 0 : lastErrno();
}

/** Gives up the controlling terminal. The kernel sends SIGHUP and SIGCONT to its foreground group if we lead the session. */
export function leaveTerminal(): number {
  return libc?.ioctl(0, TIOCNOTTY, 0 as never) === 0 ? 0 : lastErrno();
}

export function leadsSession(): boolean {
  return libc?.syscall(SYS_getsid, 0, 0, 0, 0, 0) === process.pid;
}
