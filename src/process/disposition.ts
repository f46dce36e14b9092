import { maskHas, type Signal, type StandardSignal, signalNumber } from "#process/signal.ts";

/** What a process would do with a signal, as far as an onlooker can know (signal(7)). */
export const dispositions = [
  "caught",
  "ignored",
  "blocked",
  "default-terminate",
  "default-ignore",
  "default-stop",
] as const;
export type Disposition = (typeof dispositions)[number];

/** The masks of proc_pid_status(5). */
export interface SignalMasks {
  readonly caught: bigint;
  readonly ignored: bigint;
  /** Blocked in every thread: what only one thread blocks is taken by another. */
  readonly blocked: bigint;
}

export interface SignalReceiver {
  readonly masks: SignalMasks;
  /** Pid 1 of its PID namespace: the kernel drops what it has no handler for (pid_namespaces(7)). */
  readonly namespaceInit: boolean;
  /** Sleeps in sigtimedwait(2), which shows the awaited signals as unblocked while it waits: tini does. */
  readonly awaitsSignals: boolean;
}

const ignoredByDefault: readonly StandardSignal[] = ["SIGCHLD", "SIGURG", "SIGWINCH", "SIGCONT"];
const stopsByDefault: readonly StandardSignal[] = ["SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU"];
const neverCaught: readonly StandardSignal[] = ["SIGKILL", "SIGSTOP"];
const has = (set: readonly StandardSignal[], number: number) => set.some((name) => signalNumber(name) === number);

/**
 * Caught comes before blocked: a handler that is masked for a moment runs afterwards. Blocked comes before ignored and
 * default: the kernel queues it for a signalfd(2) or sigwait(3). SIGKILL and SIGSTOP can be neither, and reach even a
 * namespace's init from outside of it.
 */
export function dispositionOf({ number }: Pick<Signal, "number">, receiver: SignalReceiver): Disposition {
  if (!has(neverCaught, number)) {
    if (maskHas(receiver.masks.caught, number)) return "caught";
    if (maskHas(receiver.masks.blocked, number)) return "blocked";
    if (maskHas(receiver.masks.ignored, number)) return "ignored";
    if (receiver.awaitsSignals) return "blocked";
    if (receiver.namespaceInit) return "default-ignore";
  }
  if (has(ignoredByDefault, number)) return "default-ignore";
  return has(stopsByDefault, number) ? "default-stop" : "default-terminate";
}

/** 35 to 64; Go leaves 34 to the C library. */
const goRealTime = 0x3fff_ffffn << 34n;

/**
 * Looks like Go's runtime, which catches every signal that it can, whether the program asked for it or not (os/signal,
 * "Default behavior of signals in Go programs"). Such a process seems to have a handler for everything, and yet ends on
 * a SIGHUP that nobody asked for. A program in C that catches all real-time signals would not leave out 34.
 */
export function looksLikeGo({ caught }: SignalMasks): boolean {
  return (caught & goRealTime) === goRealTime && !maskHas(caught, 34) && maskHas(caught, signalNumber("SIGURG"));
}

/** Whether SIGTERM ends the process in its own way, is left to the kernel, or does nothing at all. */
export function terminates(receiver: SignalReceiver): "handled" | "default" | "ignored" {
  const disposition = dispositionOf({ number: signalNumber("SIGTERM") }, receiver);
  if (disposition === "caught" || disposition === "blocked") return "handled";
  return disposition === "default-terminate" ? "default" : "ignored";
}
