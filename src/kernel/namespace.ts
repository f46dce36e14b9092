import { openSync } from "node:fs";
import { errno } from "#kernel/errno.ts";
import { lastErrno, libc } from "#kernel/libc.ts";
import { pidfdOpen } from "#kernel/pidfd.ts";
import { createRoom, type Passage, pointersTo } from "#kernel/spawn.ts";

const arm = process.arch === "arm64";
const SYS_unshare = arm ? 97 : 272;
const SYS_setns = arm ? 268 : 308;
const SYS_mount = arm ? 40 : 165;
const SYS_umount2 = arm ? 39 : 166;
const MNT_DETACH = 2;
const CLONE_NEWPID = 0x20000000;

/** mount(2), include/uapi/linux/mount.h. */
export const mountFlag = { bind: 4096, recursive: 16384, private: 1 << 18, noSuidDevExec: 2 | 4 | 8 } as const;
const strings = createRoom();

/** mount(2). 0, or errno. */
export function mount(source: string, target: string, type: string, flags: number): number {
  const { view } = pointersTo([source, target, type], strings);
  const [from = 0, to = 0, kind = 0] = [0, 8, 16].map((at) => Number(view.getBigUint64(at, true)));
  return libc?.syscall(SYS_mount, from, to, kind, flags, 0) === 0 ? 0 : lastErrno();
}

/** umount2(2), also of what is in use. */
export function unmount(target: string): void {
  const { view } = pointersTo([target], strings);
  libc?.syscall(SYS_umount2, Number(view.getBigUint64(0, true)), MNT_DETACH, 0, 0, 0);
}

/** A PID namespace below our own that we are not in: what is started in it has ppid 0 there. */
export interface PidNamespace extends Passage {
  /** After the first child, which is its pid 1. */
  begun(pid: number): void;
  /** The errno of the way in or back that failed; 0: none did. */
  problem(): number;
}

/**
 * unshare(2) with CLONE_NEWPID, then setns(2): both are about where the next children of this thread go. As long as they go
 * elsewhere it can make no threads (clone(2), EINVAL), and the runtime, which makes some when it likes, aborts: so there
 * must be nothing between the way in and the way back but the start, and nothing of it for the first time. To come back
 * takes CAP_SYS_ADMIN in our own namespace.
 */
export function createPidNamespace(): PidNamespace {
  const own = openSync("/proc/self/ns/pid", "r");
  const call = libc?.syscall;
  let theirs: number = own;
  let isBegun = false;
  let failed = 0;
  return {
    enter() {
      const answer = isBegun
        ? call?.(SYS_setns, theirs, CLONE_NEWPID, 0, 0, 0)
        : call?.(SYS_unshare, CLONE_NEWPID, 0, 0, 0, 0);
      if (answer !== 0) failed = lastErrno();
    },
    leave() {
      if (call?.(SYS_setns, own, CLONE_NEWPID, 0, 0, 0) !== 0) failed = lastErrno();
    },
    begun(pid) {
      // A pidfd names its process's namespace too, whatever /proc is (Linux 5.8).
      const pidfd = pidfdOpen(pid);
      if (typeof pidfd === "number") theirs = pidfd;
      else failed = errno.ESRCH;
      isBegun = true;
    },
    problem: () => failed,
  };
}
