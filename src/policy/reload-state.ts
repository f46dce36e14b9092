import type { Pending, ReloadReason, WatchSettings } from "#process/reload.ts";

/** What of a watch's settings decides when there is a reload. */
export interface ReloadSettings extends Pick<WatchSettings, "settleMs" | "settleMostMs" | "minSpacingMs" | "retry"> {
  /** This pod's own share of `splayMs`. */
  readonly delayMs: number;
}

/** Notices of changes that have not been looked at yet: when the first and the last one came. */
export interface Notices {
  readonly first: number;
  readonly last: number;
}

export interface Seen {
  readonly hash: string;
  /** Another one for each time that it is written, even if the hash stays: the generation, or when it was changed. */
  readonly version: string | null;
  /** An app that has started after this has it: nothing was heard of later changes. */
  readonly seenAt: number;
}

/** A reload of the content that there is, to come. */
export interface Job {
  readonly reason: Exclude<ReloadReason, "request">;
  readonly dueAt: number;
  /** There was nobody to reload. */
  readonly awaitsTarget: boolean;
  /** It was changed to and fro while the app was reading it. */
  readonly again: boolean;
}

export interface Run {
  readonly hash: string;
  readonly reason: ReloadReason;
  readonly attempt: number;
  /** It was written while it ran: the app may have read something that was gone when sexton looked. */
  readonly disturbed: boolean;
  /** A newer change is due: nobody waits for its proof any more. */
  readonly superseded: boolean;
  /** As they were, for a run that comes to nothing. */
  readonly before: Pick<ReloadState, "job" | "lastStartAt" | "tried">;
}

/** One watch. All times are milliseconds of one clock that nobody sets. */
export interface ReloadState {
  /** As it was read last; null: not yet. */
  readonly content: Seen | null;
  /** What the app has, as far as is known. */
  readonly applied: string | null;
  /** A reload since then was in vain, and the app may have taken half of it. */
  readonly tainted: boolean;
  /** The last reload was disturbed, or the app was started while there was something else than `applied`. */
  readonly doubtful: boolean;
  /** A notice before this may be of what was written during the last reload; null: that raises no doubt. */
  readonly calmAt: number | null;
  /** Since when there has been something else than what the app has; an app that was started since may have that. */
  readonly leftAt: number | null;
  readonly notices: Notices | null;
  /** Since when all is being read, and the notices that this is for. */
  readonly reading: { readonly at: number; readonly notices: Notices | null } | null;
  /** What could not be read is not read again before. */
  readonly unreadUntil: number;
  readonly job: Job | null;
  readonly running: Run | null;
  readonly requested: boolean;
  readonly heldUntil: number | null;
  readonly lastStartAt: number | null;
  /** How often a reload of the content that there is was tried in vain. */
  readonly tried: number;
}

export const initialReloadState: ReloadState = {
  content: null,
  applied: null,
  tainted: false,
  doubtful: false,
  calmAt: null,
  leftAt: null,
  notices: null,
  reading: null,
  unreadUntil: Number.NEGATIVE_INFINITY,
  job: null,
  running: null,
  requested: false,
  heldUntil: null,
  lastStartAt: null,
  tried: 0,
};

/** The end of the settling: so much quiet, or enough of waiting for it. */
export function settledAt({ first, last }: Notices, { settleMs, settleMostMs }: ReloadSettings): number {
  return Math.min(last + settleMs, first + settleMostMs);
}

export function spacedAt({ lastStartAt }: ReloadState, { minSpacingMs }: ReloadSettings): number {
  return lastStartAt === null ? Number.NEGATIVE_INFINITY : lastStartAt + minSpacingMs;
}

export function isHeld({ heldUntil }: ReloadState, now: number): boolean {
  return heldUntil !== null && now < heldUntil;
}

/** What a reload waits for, in the state's own time; null: there is none to come. */
export function pendingOf(state: ReloadState, settings: ReloadSettings, now: number): Pending | null {
  const { job, notices } = state;
  if (state.running?.before.job?.awaitsTarget) return { reason: "target", until: null };
  if (state.running || state.requested) return { reason: "running", until: null };
  if (job && isHeld(state, now)) return { reason: "held", until: state.heldUntil };
  if (notices) return { reason: "settling", until: settledAt(notices, settings) };
  if (!job) return state.reading?.notices ? { reason: "settling", until: null } : null;
  if (job.awaitsTarget) return { reason: "target", until: null };
  const spaced = spacedAt(state, settings);
  if (spaced > Math.max(job.dueAt, now)) return { reason: "spacing", until: spaced };
  if (job.reason === "retry") return { reason: "retry", until: job.dueAt };
  return job.dueAt > now ? { reason: "splay", until: job.dueAt } : { reason: "settling", until: null };
}
