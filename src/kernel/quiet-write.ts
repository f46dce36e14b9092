import { writeSync } from "node:fs";
import { libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";
import { maskSignals, signalSet } from "#kernel/signal-set.ts";

const arm = process.arch === "arm64";
const SYS_rt_sigtimedwait = arm ? 137 : 128;
const SYS_ppoll = arm ? 73 : 271;
const POLLOUT = 4;
/** PIPE_BUF: so much is written at once or not at all where poll(2) says that it may be. */
const atOnce = 4_096;
/** Whoever reads may be busy for a moment. One that does not read at all must not stop what an init is for. */
const patienceMs = 100;
const stuck = new Set<number>();
/** struct pollfd, struct timespec. */
const asked = memory(8);
const patience = memory(16);
const SIGPIPE = 13;
const own = signalSet([SIGPIPE, 21, 22]);
const pipeSet = memory(8);
const noTime = memory(16);
pipeSet.view.setBigUint64(0, signalSet([SIGPIPE]), true);

/**
 * Writes bytes, one a character, and raises no signal that an init would take for one from outside and send on: SIGPIPE
 * of a reader that has gone is taken back, SIGTTOU of a terminal that another group reads from is not raised (termios(3),
 * TOSTOP: not while it is blocked). What cannot be written, or not soon, is lost.
 */
export function writeQuietly(fd: number, text: string): void {
  const bytes = Buffer.from(text, "latin1");
  const mask = maskSignals("block", own);
  try {
    for (let at = 0, tries = 0; at < bytes.length && tries < 100 && isReady(fd); tries++)
      at += writeSome(fd, bytes.subarray(at, at + atOnce));
  } catch {
    libc?.syscall(SYS_rt_sigtimedwait, pipeSet.pointer, 0, noTime.pointer, 8, 0);
  } finally {
    maskSignals("set", mask);
  }
}

/** Whether a write does not wait: for a full pipe, a stopped terminal. */
function isReady(fd: number): boolean {
  if (!libc) return true;
  asked.view.setInt32(0, fd, true);
  asked.view.setInt32(4, POLLOUT, true);
  patience.view.setBigInt64(8, stuck.has(fd) ? 0n : BigInt(patienceMs) * 1_000_000n, true);
  const isFull = libc.syscall(SYS_ppoll, asked.pointer, 1, patience.pointer, 0, 8) === 0;
  if (isFull) stuck.add(fd);
  else stuck.delete(fd);
  return !isFull;
}

/** A pipe that the command has made nonblocking may be full for a moment. */
function writeSome(fd: number, bytes: Buffer): number {
  try {
    return writeSync(fd, bytes);
  } catch (cause) {
    if ((cause as { code?: string }).code !== "EAGAIN") throw cause;
    Bun.sleepSync(1);
    return 0;
  }
}
