import { closeSync } from "node:fs";
import { libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";
import type { Pidfd } from "#kernel/pidfd.ts";

const EPOLL_CTL_ADD = 1;
const EPOLL_CLOEXEC = 0o2000000;
const EPOLLIN = 0x1;
const EPOLLHUP = 0x10;
const EPOLLET = 0x80000000;

// struct epoll_event is packed on x86-64 only: 32 bits of events, then 64 of data, at byte 4 there and at 8 elsewhere.
const dataOffset = process.arch === "x64" ? 4 : 8;
const eventSize = dataOffset + 8;
const batch = 256;
const one = memory(eventSize);
const many = memory(eventSize * batch);

/** A process that ended: as a zombie, or collected by its parent (EPOLLHUP, Linux 6.9). */
export interface ExitReadiness {
  /** What `add` was given. */
  readonly key: number;
  readonly collected: boolean;
}

/** epoll(7) over pidfds. */
export interface PidfdSet {
  /** For whoever watches the set itself. */
  readonly fd: number;
  /** Edge-triggered: one report when the process ends, one when it is collected. False when the kernel refuses. */
  add(pidfd: Pidfd, key: number): boolean;
  /** What has happened since the last time, without waiting. A closed pidfd has left the set by itself. */
  take(): ExitReadiness[];
  close(): void;
}

/** epoll_create1(2); null where there is no FFI, or no file descriptor left. */
export function createPidfdSet(): PidfdSet | null {
  const c = libc;
  if (!c) return null;
  const fd = c.epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return null;
  return {
    fd,
    add(pidfd, key) {
      one.view.setUint32(0, (EPOLLIN | EPOLLET) >>> 0, true);
      one.view.setUint32(dataOffset, key, true);
      one.view.setUint32(dataOffset + 4, 0, true);
      return c.epoll_ctl(fd, EPOLL_CTL_ADD, pidfd, one.pointer as never) === 0;
    },
    take() {
      const taken: ExitReadiness[] = [];
      for (let count = batch; count === batch; ) {
        count = c.epoll_wait(fd, many.pointer as never, batch, 0);
        for (let index = 0; index < count; index++) {
          const at = index * eventSize;
          const key = many.view.getUint32(at + dataOffset, true);
          taken.push({ key, collected: (many.view.getUint32(at, true) & EPOLLHUP) !== 0 });
        }
      }
      return taken;
    },
    close: () => closeSync(fd),
  };
}
