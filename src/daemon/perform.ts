import type { Clock } from "#base/clock.ts";
import { isProblem, type Problem, problem } from "#base/errors.ts";
import type { Inquiry } from "#daemon/evidence/inquiry.ts";
import { followOutcome, type Outcome, pending, release, waitFor } from "#daemon/outcome.ts";
import { receiverOf } from "#daemon/receiver.ts";
import { goneProblem, replacedProblem, unreadProblem } from "#daemon/unread.ts";
import { killProcess, type Pidfd, pidfdOpen, pidfdSendSignal } from "#kernel/pidfd.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import { type ProcStatus, readStatus } from "#kernel/procfs/status.ts";
import { explainKillDenied } from "#policy/permission.ts";
import { refuseBefore, refuseUnhandled, type SignalSettings } from "#policy/signal.ts";
import type { Intent } from "#policy/verb.ts";
import { type Disposition, dispositionOf } from "#process/disposition.ts";
import type { Process } from "#process/process.ts";
import { stateOf } from "#process/state.ts";

export interface Delivery {
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly waitMs: number;
  readonly abort: AbortSignal;
  /**
   * Called between the sending and the wait for what follows, so that it is told before what it causes. Says who wants to
   * know what follows even if the caller does not wait for it.
   */
  readonly onSent?: (sent: Omit<Delivered, "outcome">) => Follow | null;
  /** Looks for what proves a reload; begun right before the signal, ended here in any case. */
  readonly inquiry?: Inquiry | null;
  /** The watch that asks, and cannot insist as a caller can. */
  readonly watch?: string | null;
}

export interface Follow {
  /** At least so long, and for as long as the caller waits. */
  readonly forMs: number;
  /** The caller's own `abort` ends nothing but the caller's wait. */
  readonly abort: AbortSignal;
  readonly settled: (outcome: Outcome) => void;
}

export interface Delivered {
  readonly disposition: Disposition;
  readonly sent: boolean;
  /** Milliseconds since the epoch; null when nothing was sent. */
  readonly sentAt: number | null;
  /** Null for a dry run. */
  readonly outcome: Outcome | null;
}

export interface Performer {
  /** What `send` would find, down to the kernel's permission, without sending anything. */
  preview(process: Process, intent: Intent, settings: SignalSettings): { disposition: Disposition } | Problem;
  send(process: Process, intent: Intent, settings: SignalSettings, delivery: Delivery): Promise<Delivered | Problem>;
}

/**
 * The only place that acts. A pidfd is opened first and the identity checked after it, so that what the checks have
 * looked at is what the signal reaches, even if the process ends and its pid is used again in between.
 */
export function createPerformer(root: ProcRoot, clock: Clock, selfPid: number): Performer {
  return {
    preview(process, intent, settings) {
      const pidfd = openPidfd(process);
      if (isProblem(pidfd)) return pidfd;
      try {
        return check(process, intent, settings, { force: false }, pidfd);
      } finally {
        release(pidfd);
      }
    },
    async send(process, intent, settings, delivery) {
      const { inquiry = null } = delivery;
      const pidfd = openPidfd(process);
      if (isProblem(pidfd)) {
        inquiry?.end();
        return pidfd;
      }
      let following: Promise<unknown> | null = null;
      try {
        const checked = check(process, intent, settings, delivery, pidfd);
        if (isProblem(checked)) return checked;
        if (delivery.dryRun) return { disposition: checked.disposition, sent: false, sentAt: null, outcome: null };
        inquiry?.begin();
        const result = signal(process.pid, pidfd, intent.signal.number);
        if (result !== "sent") return result === "denied" ? denied(process, checked.status) : goneProblem(process);
        const delivered = { disposition: checked.disposition, sent: true, sentAt: clock() };
        const follow = delivery.onSent?.(delivered) ?? null;
        const { waitMs, abort } = delivery;
        const forMs = Math.max(waitMs, follow?.forMs ?? 0);
        if (forMs === 0) return { ...delivered, outcome: pending };
        const outcome = followOutcome(root, process, pidfd, forMs, follow?.abort ?? abort, inquiry);
        following = follow ? outcome.then(follow.settled) : outcome;
        return { ...delivered, outcome: await waitFor(outcome, waitMs, abort) };
      } finally {
        // What is being followed is followed by it.
        const end = () => {
          release(pidfd);
          inquiry?.end();
        };
        if (following !== null) void following.finally(end);
        else end();
      }
    },
  };

  /** The contract's order: identity, not protected, allowed, permitted by the kernel, handled by the target. */
  function check(
    process: Process,
    intent: Intent,
    settings: SignalSettings,
    { force, watch = null }: Pick<Delivery, "force" | "watch">,
    pidfd: Pidfd | null,
  ): Problem | { disposition: Disposition; status: ProcStatus } {
    const stat = readStat(root, process.pid);
    if (stat === null || isUnread(stat)) return unreadProblem(process, stat);
    if (stat.startTicks !== process.startTicks) return replacedProblem(process, stat.startTicks);
    const now = { ...process, state: stateOf(stat.state), threads: stat.threads };
    const refusal = refuseBefore(now, intent, settings, selfPid);
    if (refusal) return refusal;
    const status = readStatus(root, process.pid);
    if (status === null || isUnread(status)) return unreadProblem(process, status);
    if (signal(process.pid, pidfd, 0) === "denied") return denied(process, status);
    const receiver = receiverOf(root, process, status);
    const disposition = dispositionOf(intent.signal, receiver);
    return (force ? null : refuseUnhandled(now, intent, disposition, receiver, watch)) ?? { disposition, status };
  }

  function denied(process: Process, status: ProcStatus): Problem {
    const own = readStatus(root, selfPid);
    const { reason, fix } = explainKillDenied(
      credentialsOf(own === null || isUnread(own) ? status : own),
      credentialsOf(status),
    );
    return problem(
      "permission-denied",
      `Cannot signal process ${process.pid} (${process.name}): ${reason}. Give sexton's container the lines in "fix".`,
      { fix },
    );
  }
}

/** Null where there are no pidfds, or none left: then kill(2) must do, after the same checks. */
function openPidfd(process: Process): Pidfd | null | Problem {
  const opened = pidfdOpen(process.pid);
  if (opened === "gone" || opened === "thread") return goneProblem(process);
  return typeof opened === "number" ? opened : null;
}

function signal(pid: number, pidfd: Pidfd | null, number: number): ReturnType<typeof pidfdSendSignal> {
  return pidfd === null ? killProcess(pid, number) : pidfdSendSignal(pidfd, number);
}

export function credentialsOf({ uid, gid, capabilities }: ProcStatus) {
  return {
    realUid: uid.real,
    savedUid: uid.saved,
    realGid: gid.real,
    effectiveUid: uid.effective,
    capabilities: capabilities.effective,
  };
}
