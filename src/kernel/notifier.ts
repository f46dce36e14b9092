import { closeSync } from "node:fs";
import { libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

/** How the event loop hears that an epoll set has something. */
export interface Notifier {
  readonly mechanism: "aio" | "timer";
  stop(): void;
}

const timerMs = 50;

/** What was ready is taken. A promise says when to listen again; what comes before is heard then. */
type OnReady = () => Promise<void> | null;

/**
 * Calls `onReady` soon after `fd`, an epoll set, becomes readable. Linux AIO polls it and rings an eventfd that Bun's own
 * loop streams: no thread and no timer. Sandboxes without AIO get a timer.
 */
export function notify(fd: number, onReady: OnReady): Notifier {
  return notifyByAio(fd, onReady) ?? notifyByTimer(onReady);
}

function notifyByTimer(onReady: OnReady): Notifier {
  const timer = setInterval(() => void onReady(), timerMs);
  return { mechanism: "timer", stop: () => clearInterval(timer) };
}

const numbers =
  process.arch === "arm64"
    ? { io_setup: 0, io_destroy: 1, io_submit: 2, io_getevents: 4 }
    : { io_setup: 206, io_destroy: 207, io_submit: 209, io_getevents: 208 };
const EFD_NONBLOCK_CLOEXEC = 0o2004000;
const IOCB_CMD_POLL = 5;
const IOCB_FLAG_RESFD = 1;
const POLLIN = 1;
/** One request is in flight at a time. The kernel rounds this up to what fits a page. */
const depth = 8;

/** io_setup(2) and IOCB_CMD_POLL, Linux 4.18; null where either is refused. */
function notifyByAio(fd: number, onReady: OnReady): Notifier | null {
  const c = libc;
  if (!c) return null;
  const context = memory(8);
  if (c.syscall(numbers.io_setup, depth, context.pointer, 0, 0, 0) !== 0) return null;
  const contextId = context.view.getBigUint64(0, true);
  const destroy = () => {
    c.syscall(numbers.io_destroy, contextId as never, 0, 0, 0, 0);
  };
  const bell = c.eventfd(0, EFD_NONBLOCK_CLOEXEC);
  if (bell < 0) {
    destroy();
    return null;
  }
  const request = pollRequest(fd, bell);
  const completions = memory(32 * depth);
  const arm = () => c.syscall(numbers.io_submit, contextId as never, 1, request, 0, 0) === 1;
  if (!arm()) {
    destroy();
    closeSync(bell);
    return null;
  }
  const reader = Bun.file(bell).stream().getReader();
  let stopped = false;
  let fallback: Notifier | null = null;
  listen().catch(fallBack);
  return {
    get mechanism() {
      return fallback?.mechanism ?? "aio";
    },
    stop() {
      stopped = true;
      fallback?.stop();
      destroy();
      // The stream has a duplicate of its own.
      closeSync(bell);
      void reader.cancel().catch(() => {});
    },
  };

  async function listen(): Promise<void> {
    while (!stopped) {
      const { done } = await reader.read();
      if (done || stopped) return;
      c?.syscall(numbers.io_getevents, contextId as never, 0, depth, completions.pointer, 0);
      await onReady();
      if (stopped) return;
      // Submitting looks at the readiness anew, so what came since `onReady` looked rings again.
      if (!arm()) return fallBack();
    }
  }

  /** The kernel is short of something, or the stream broke: better late news than none. */
  function fallBack(): void {
    if (!stopped) fallback ??= notifyByTimer(onReady);
  }
}

/** struct iocb of include/uapi/linux/aio_abi.h, and the array of one pointer that io_submit takes; the pointer to it. */
function pollRequest(fd: number, bell: number): number {
  const iocb = memory(64);
  iocb.view.setUint16(16, IOCB_CMD_POLL, true);
  iocb.view.setUint32(20, fd, true);
  iocb.view.setBigUint64(24, BigInt(POLLIN), true);
  iocb.view.setUint32(56, IOCB_FLAG_RESFD, true);
  iocb.view.setUint32(60, bell, true);
  const list = memory(8);
  list.view.setBigUint64(0, BigInt(iocb.pointer), true);
  return list.pointer;
}
