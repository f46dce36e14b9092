import type { ProcessId } from "#process/identity.ts";

/** What a process's children do within this time of its signal is put down to it. */
const memoryMs = 10_000;
/** A process itself may take its grace period to end, and longer. */
const ownMemoryMs = 3_600_000;
/** The oldest are forgotten beyond this: a storm of signals must not fill the memory. */
const mostSignals = 1_000;

/** Who was signalled lately: what the watcher asks when a process starts or ends. */
export interface Causes {
  signalled(pid: number, startTicks: number, eventId: number, now: number): void;
  /** The newest signal event that one of these was sent: first the process itself, then its parent and so on. */
  of(suspects: readonly ProcessId[], now: number): number | null;
}

interface Signalled {
  readonly startTicks: number;
  readonly eventId: number;
  readonly at: number;
}

export function createCauses(): Causes {
  /** By pid, in the order of their signals. */
  const signals = new Map<number, Signalled>();
  return {
    signalled(pid, startTicks, eventId, now) {
      signals.delete(pid);
      signals.set(pid, { startTicks, eventId, at: now });
      for (const [oldest, { at }] of signals) {
        if (signals.size <= mostSignals && now - at <= ownMemoryMs) break;
        signals.delete(oldest);
      }
    },
    of(suspects, now) {
      let newest: number | null = null;
      if (signals.size === 0) return newest;
      for (const [index, { pid, startTicks }] of suspects.entries()) {
        const signalled = signals.get(pid);
        const lastsMs = index === 0 ? ownMemoryMs : memoryMs;
        if (!signalled || signalled.startTicks !== startTicks || Math.abs(now - signalled.at) > lastsMs) continue;
        if (newest === null || signalled.eventId > newest) newest = signalled.eventId;
      }
      return newest;
    },
  };
}
