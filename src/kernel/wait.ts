import { errno } from "#kernel/errno.ts";
import { lastErrno, libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

const SYS_wait4 = process.arch === "arm64" ? 260 : 61;
const WNOHANG = 1;
const __WALL = 0x40000000;
const status = memory(8);

/**
 * wait4(2) for one child of sexton's own that has ended; its wait status. `not-ended`: it still lives. `gone`: it is no
 * child of sexton's, or not any more.
 */
export function collectChild(pid: number): number | "not-ended" | "gone" | "unavailable" {
  if (!libc) return "unavailable";
  const found = libc.syscall(SYS_wait4, pid, status.pointer, WNOHANG | __WALL, 0, 0);
  if (found === 0) return "not-ended";
  if (found > 0) {
    const ended = status.view.getInt32(0, true);
    listener?.(found, ended);
    return ended;
  }
  return lastErrno() === errno.EINTR ? "not-ended" : "gone";
}

let listener: ((pid: number, status: number) => void) | null = null;

/** Hears of what `collectChild` has collected: an init must not miss the end of the child that it lives for. */
export function onCollected(hear: (pid: number, status: number) => void): void {
  listener = hear;
}

/** wait4(2) for any child; its pid and wait status. `none-ended`: there are only living ones. `childless`: ECHILD. */
export function collectAny(): { readonly pid: number; readonly status: number } | "none-ended" | "childless" {
  if (!libc) return "childless";
  for (;;) {
    const pid = libc.syscall(SYS_wait4, -1, status.pointer, WNOHANG | __WALL, 0, 0);
    if (pid > 0) return { pid, status: status.view.getInt32(0, true) };
    if (pid === 0) return "none-ended";
    if (lastErrno() !== errno.EINTR) return "childless";
  }
}
