import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { libc } from "#kernel/libc.ts";

const SYS_fcntl = process.arch === "arm64" ? 25 : 72;
const F_SETFD = 2;

/**
 * What was open when the program began, from 3 on. Bun sets close-on-exec on all of it as it starts, so that does not tell
 * it from Bun's own: its epoll set and what that watches (proc_pid_fdinfo(5), tfd). To be asked before more is opened.
 */
export function inheritedDescriptors(): number[] {
  try {
    const open = readdirSync("/proc/self/fd")
      .map(Number)
      .filter((fd) => fd > 2);
    // The folder that was just read is among the names, and closed by now.
    const kinds = open.flatMap((fd) => kindOf(fd) ?? []);
    const own = kinds
      .filter(({ kind }) => kind === "anon_inode:[eventpoll]")
      .flatMap(({ fd }) => [fd, ...watchedBy(fd)]);
    return kinds.map(({ fd }) => fd).filter((fd) => !own.includes(fd));
  } catch {
    return [];
  }
}

function kindOf(fd: number): { fd: number; kind: string } | null {
  try {
    return { fd, kind: readlinkSync(`/proc/self/fd/${fd}`) };
  } catch {
    return null;
  }
}

function watchedBy(fd: number): number[] {
  const text = readFileSync(`/proc/self/fdinfo/${fd}`, "latin1");
  return [...text.matchAll(/^tfd:\s*(\d+)/gm)].map(([, watched]) => Number(watched));
}

/** A program that is started gets these. */
export function keepDescriptors(fds: readonly number[]): void {
  for (const fd of fds) libc?.syscall(SYS_fcntl, fd, F_SETFD, 0, 0, 0);
}
