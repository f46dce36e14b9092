import type { Finding, Inquiry } from "#daemon/evidence/inquiry.ts";
import { zombieStatus } from "#daemon/watch/exit-status.ts";
import { closePidfd, type Pidfd, pidfdExitStatus } from "#kernel/pidfd.ts";
import { gone, isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import { decodeWaitStatus } from "#process/event.ts";
import type { Evidence } from "#process/evidence.ts";
import type { ProcessId } from "#process/identity.ts";
import type { SignalName } from "#process/signal.ts";

/**
 * What was seen to follow a signal. `unconfirmed`: alive, and nothing shows that it took effect. `exited`: how, as far
 * as the kernel tells it (both null: it does not). `pending`: nobody waited.
 */
export interface Outcome {
  readonly status: "confirmed" | "unconfirmed" | "exited" | "pending";
  readonly evidence: readonly Evidence[];
  readonly afterSeconds: number;
  readonly exitCode?: number | null;
  readonly signal?: SignalName | null;
  /** In a sentence, what shows that a reload did not take effect, though the process is alive. */
  readonly failure?: string;
}

const pollMs = 10;
/** A zombie's status may be hidden from us; after its parent has collected it the pidfd tells everyone. */
const collectionMs = 100;

/** Looking for evidence takes at most this share of a core. */
const dutyDivisor = 10;

/** Follows a process until it ends, the inquiry has found what it looks for, `waitMs` are over or `abort` fires. */
export async function followOutcome(
  root: ProcRoot,
  id: ProcessId,
  pidfd: Pidfd | null,
  waitMs: number,
  abort: AbortSignal,
  inquiry: Pick<Inquiry, "look"> | null = null,
): Promise<Outcome> {
  const started = performance.now();
  const elapsedMs = () => performance.now() - started;
  let zombieSince: number | null = null;
  for (;;) {
    const after = elapsedMs();
    const state = endOf(root, id, pidfd);
    if (state === "zombie") zombieSince ??= after;
    const hopeless = zombieSince !== null && after - zombieSince >= collectionMs;
    if (typeof state === "object" || hopeless || (state === "zombie" && after >= waitMs)) {
      const status = typeof state === "object" ? state.status : null;
      return { status: "exited", evidence: [], afterSeconds: seconds(after), ...exitOf(status) };
    }
    const atEnd = after >= waitMs || abort.aborted;
    const finding = state === "alive" ? inquiry?.look(after, after >= waitMs) : null;
    if (finding?.isConfirmed || finding?.failure) return outcomeOf(finding, after);
    if (atEnd) return { status: "unconfirmed", evidence: [], afterSeconds: seconds(after) };
    const restMs = Math.max(pollMs, (elapsedMs() - after) * (dutyDivisor - 1));
    await Bun.sleep(Math.max(1, Math.min(restMs, waitMs - after)));
  }
}

function outcomeOf({ isConfirmed, evidence, failure }: Finding, afterMs: number): Outcome {
  const found = { evidence, afterSeconds: seconds(afterMs) };
  if (isConfirmed || failure === null) return { status: "confirmed", ...found };
  return { status: "unconfirmed", ...found, failure };
}

/** The outcome if it is known in time, else what is known by then: whoever asked waits no longer. */
export async function waitFor(outcome: Promise<Outcome>, waitMs: number, abort: AbortSignal): Promise<Outcome> {
  if (waitMs === 0) return pending;
  const started = performance.now();
  const { promise: enough, resolve } = Promise.withResolvers<null>();
  const giveUp = () => resolve(null);
  // The outcome is to win where it is known at the same time.
  const timer = setTimeout(giveUp, waitMs + pollMs);
  abort.addEventListener("abort", giveUp, { once: true });
  if (abort.aborted) giveUp();
  const known = await Promise.race([outcome, enough]);
  clearTimeout(timer);
  abort.removeEventListener("abort", giveUp);
  return known ?? { status: "unconfirmed", evidence: [], afterSeconds: seconds(performance.now() - started) };
}

export const pending: Outcome = { status: "pending", evidence: [], afterSeconds: 0 };

export function release(pidfd: Pidfd | null): void {
  if (pidfd !== null) closePidfd(pidfd);
}

/** Alive, a zombie that keeps its status to itself, or its wait status (null when nothing tells it any more). */
function endOf(
  root: ProcRoot,
  { pid, startTicks }: ProcessId,
  pidfd: Pidfd | null,
): "alive" | "zombie" | { status: number | null } {
  const stat = readStat(root, pid);
  if (stat === gone || (stat !== null && !isUnread(stat) && stat.startTicks !== startTicks)) {
    return { status: pidfd === null ? null : pidfdExitStatus(pidfd) };
  }
  // A zombie with more than one thread is a process whose first thread has returned; the others go on.
  if (stat === null || isUnread(stat) || stat.state !== "Z" || stat.threads > 1) return "alive";
  const status = zombieStatus(root, stat);
  return status === null ? "zombie" : { status };
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

function exitOf(status: number | null): Pick<Outcome, "exitCode" | "signal"> {
  const { exitCode, signal } = decodeWaitStatus(status);
  return { exitCode, signal };
}
