import type { Job, Notices, ReloadSettings, ReloadState, Run } from "#policy/reload-state.ts";

/** `refused`: it has failed, and nobody was told anything. `superseded`: the app was told, and its proof not waited for. */
export type RunStatus = "confirmed" | "unconfirmed" | "superseded" | "failed" | "refused" | "rejected" | "no-target";

export interface Surroundings {
  readonly now: number;
  /** When the app was started; null: unknown, or there is none. */
  readonly startedAt: number | null;
}

export interface ContentInput {
  readonly kind: "content";
  readonly hash: string;
  readonly version: string | null;
  /** Null: unknown. */
  readonly changedAt: number | null;
}

/** Notices come that much late, on a busy machine. */
const lateMs = 250;
const targetMs = 1_000;
/** A start time is that of the clock tick before it, proc_pid_stat(5), and no app reads anything that early. */
const startTickMs = 20;
/** Start times are known to a hundredth of a second, and less well when the clock has been set. */
const startDoubtMs = 1_000;

/** What was read. */
export function takeContent(
  state: ReloadState,
  { hash, version, changedAt }: ContentInput,
  settings: ReloadSettings,
  { now, startedAt }: Surroundings,
): ReloadState {
  const { content, reading, job, applied } = state;
  const changed = content !== null && content.hash !== hash;
  const heard = reading?.notices ?? state.notices;
  const seenAt = content === null || changed || heard ? now : content.seenAt;
  const notices = stillSettling(state, changed, settings, now);
  const read = { ...state, reading: null, content: { hash, version, seenAt }, notices };
  if (content === null) {
    // The app has read what was there when it started.
    const isNewer = changedAt !== null && startedAt !== null && changedAt > startedAt + startTickMs;
    return isNewer ? { ...read, job: jobOf("start", now) } : { ...read, applied: hash };
  }
  const isNow = hash === applied && !state.tainted && !state.running;
  if (!changed) {
    if (version !== content.version && isInDoubt(state)) return { ...read, job: again(now) };
    return isNow && !job && notices === null ? { ...read, doubtful: false } : read;
  }
  const leftAt = content.hash === applied ? (heard?.first ?? content.seenAt) : state.leftAt;
  const mayHaveOther = startedAt !== null && leftAt !== null && startedAt > leftAt - startDoubtMs;
  const doubtful = state.doubtful || mayHaveOther;
  if (isNow && !doubtful) return { ...read, job: null, tried: 0 };
  const dueAt = now + settings.delayMs;
  // Those that follow each other must not put it off for ever.
  const soonest = job?.reason === "change" ? Math.min(job.dueAt, dueAt) : dueAt;
  return { ...read, leftAt, doubtful, tried: 0, job: jobOf("change", soonest) };
}

/** What a reload is made of that is not made for something special. */
export function jobOf(reason: Job["reason"], dueAt: number): Job {
  return { reason, dueAt, awaitsTarget: false, again: false };
}

function again(now: number): Job {
  return { ...jobOf("change", now), again: true };
}

/**
 * Swapped to and fro, the hash is the same, and the app may have read what was there in between. Once more is enough: an
 * app that writes there itself at each reload is not to be reloaded for ever.
 */
function isInDoubt({ running, job, doubtful }: ReloadState): boolean {
  return !job && (running ? running.disturbed && !running.before.job?.again : doubtful);
}

function stillSettling(
  { reading, notices, requested }: ReloadState,
  changed: boolean,
  { settleMostMs }: ReloadSettings,
  now: number,
): Notices | null {
  const before = reading?.notices ?? null;
  // What came while it was read belongs to the same burst, as long as that may last. A request has ended it.
  if (!requested && before && notices && now < before.first + settleMostMs)
    return { first: before.first, last: notices.last };
  // Found by chance: it may be in the midst of changing.
  if (changed && !before && !notices) return { first: now, last: now };
  return notices;
}

export function takeNotice(state: ReloadState, now: number): ReloadState {
  const { notices, running, calmAt } = state;
  return {
    ...state,
    notices: { first: notices?.first ?? now, last: now },
    running: running && { ...running, disturbed: true },
    doubtful: state.doubtful || (calmAt !== null && now < calmAt),
  };
}

/** How a reload has ended. */
export function takeEnd(
  state: ReloadState,
  run: Run,
  status: RunStatus,
  { retry }: ReloadSettings,
  now: number,
): ReloadState {
  const isCurrent = state.content?.hash === run.hash;
  const ended = { ...state, running: null };
  if (status === "rejected" || status === "no-target") {
    // Nobody was told: the next one need not keep its distance.
    const spared = { ...ended, lastStartAt: run.before.lastStartAt, tried: isCurrent ? run.before.tried : state.tried };
    if (state.content?.hash === state.applied && !state.tainted && !state.doubtful) return { ...spared, job: null };
    if (status === "rejected") return { ...spared, job: isCurrent ? null : state.job };
    if (state.job || run.reason === "request") return { ...spared, job: state.job ?? run.before.job };
    return { ...spared, job: { ...jobOf(run.reason, now + targetMs), awaitsTarget: true } };
  }
  // Nobody knows what became of it: what there is now is reloaded, whatever it is.
  if (status === "superseded") return { ...ended, tainted: true, job: state.job ?? jobOf("change", now) };
  // A job that is there came of a change during the run, and is done in any case.
  if (status === "confirmed" || (status === "unconfirmed" && retry.on !== "unconfirmed"))
    return {
      ...ended,
      applied: run.hash,
      tainted: false,
      doubtful: run.disturbed && !run.before.job?.again,
      calmAt: run.before.job?.again ? null : now + lateMs,
      tried: isCurrent ? 0 : state.tried,
    };
  const tainted = state.tainted || status !== "refused";
  if (!tainted && !state.doubtful && state.content?.hash === state.applied) return { ...ended, job: null };
  if ((state.job && !state.job.again) || retry.on === "never") return { ...ended, tainted };
  const pauseMs = Math.min(retry.leastMs * 2 ** (run.attempt - 1), retry.mostMs);
  return { ...ended, tainted, job: jobOf("retry", now + pauseMs) };
}

/** An app that has started since nothing changes any more has read it: nothing need be done. */
export function spareRestarted(state: ReloadState, startedAt: number | null): ReloadState {
  const { content, job, running } = state;
  if (!content || !job || running || startedAt === null || startedAt <= content.seenAt + startDoubtMs) return state;
  return { ...state, job: null, applied: content.hash, tainted: false, doubtful: false, tried: 0 };
}
