import { writeSync } from "node:fs";
import { libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";
import { maskSignals, signalSet } from "#kernel/signal-set.ts";

const SYS_rt_sigtimedwait = process.arch === "arm64" ? 137 : 128;
const SIGPIPE = 13;
const own = signalSet([SIGPIPE, 21, 22]);
const pipeSet = memory(8);
const noTime = memory(16);
pipeSet.view.setBigUint64(0, signalSet([SIGPIPE]), true);

/**
 * Writes bytes, one a character, and raises no signal that an init would take for one from outside and send on: SIGPIPE
 * of a reader that has gone is taken back, SIGTTOU of a terminal that another group reads from is not raised (termios(3),
 * TOSTOP: not while it is blocked). What cannot be written is lost.
 */
export function writeQuietly(fd: number, text: string): void {
  const bytes = Buffer.from(text, "latin1");
  const mask = maskSignals("block", own);
  try {
    for (let at = 0, tries = 0; at < bytes.length && tries < 100; tries++) at += writeSome(fd, bytes.subarray(at));
  } catch {
    libc?.syscall(SYS_rt_sigtimedwait, pipeSet.pointer, 0, noTime.pointer, 8, 0);
  } finally {
    maskSignals("set", mask);
  }
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
