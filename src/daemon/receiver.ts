import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { type ProcStatus, parseStatus } from "#kernel/procfs/status.ts";
import type { SignalReceiver } from "#process/disposition.ts";
import type { Process } from "#process/process.ts";

/** Programs that take their signals with sigtimedwait(2), by name; the system call itself is visible to few. */
const sigwaiters = ["tini", "tini-static", "docker-init"];
/** rt_sigtimedwait(2) on x86-64 and arm64. */
const sigtimedwaitCalls = ["128 ", "137 "];

/** What a process's answer to a signal depends on, beside the signal. */
export function receiverOf(root: ProcRoot, process: Process, status: ProcStatus): SignalReceiver {
  const { caught, ignored, blocked } = status.signals;
  return {
    masks: {
      caught,
      ignored,
      blocked: blocked === 0n || process.threads < 2 ? blocked : blockedByAll(root, process.pid, blocked),
    },
    namespaceInit: status.nsPids.at(-1) === 1,
    awaitsSignals: sigwaiters.includes(process.name) || inSigtimedwait(root, process.pid),
  };
}

/** The kernel hands a signal to any thread that does not block it; status shows the main thread's mask only. */
function blockedByAll(root: ProcRoot, pid: number, mainThread: bigint): bigint {
  const threads = root.names(pid, "task");
  if (isUnread(threads)) return mainThread;
  let blocked = mainThread;
  for (const thread of threads) {
    const bytes = root.read(pid, `task/${thread}/status`);
    const status = isUnread(bytes) ? null : parseStatus(bytes);
    if (status) blocked &= status.signals.blocked;
    if (blocked === 0n) break;
  }
  return blocked;
}

function inSigtimedwait(root: ProcRoot, pid: number): boolean {
  const call = root.readText(pid, "syscall", 64);
  return !isUnread(call) && sigtimedwaitCalls.some((number) => call.startsWith(number));
}
