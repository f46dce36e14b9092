import { isHeld, type ReloadSettings, type ReloadState, settledAt, spacedAt } from "#policy/reload-state.ts";
import {
  type ContentInput,
  jobOf,
  type RunStatus,
  type Surroundings,
  spareRestarted,
  takeContent,
  takeEnd,
  takeNotice,
} from "#policy/reload-take.ts";
import type { ReloadReason } from "#process/reload.ts";

export type ReloadInput =
  /** Something may have changed. */
  | { readonly kind: "notice" }
  /** Time has passed. */
  | { readonly kind: "tick" }
  /** All is to be read without a reason. */
  | { readonly kind: "rescan" }
  | ContentInput
  /** The reading that was asked for has failed. */
  | { readonly kind: "unread" }
  | { readonly kind: "ended"; readonly status: RunStatus }
  | { readonly kind: "request" }
  /** There are other settings: what came to nothing may go well with them. */
  | { readonly kind: "reconsider" }
  | { readonly kind: "hold"; readonly until: number }
  | { readonly kind: "release" };

export type ReloadAction =
  | { readonly kind: "read" }
  | { readonly kind: "start"; readonly reason: ReloadReason; readonly attempt: number }
  /** What runs is to end as soon as the app has been told: a newer change is due, and is not to wait for its proof. */
  | { readonly kind: "supersede" };

export interface ReloadStep {
  readonly state: ReloadState;
  readonly action: ReloadAction | null;
  /** The content is another one than at the reading before. */
  readonly changed: boolean;
  /** When to come back; null: with the next input. */
  readonly wakeAt: number | null;
}

const unreadMs = 1_000;

/**
 * What to do about a watch. A reload starts only in the step that brings what was read just now, so that it is always of
 * the content that there is.
 */
export function stepReload(
  before: ReloadState,
  input: ReloadInput,
  settings: ReloadSettings,
  at: Surroundings,
): ReloadStep {
  const { now } = at;
  const state = spareRestarted(take(before, input, settings, at), at.startedAt);
  const changed = input.kind === "content" && before.content !== null && before.content.hash !== input.hash;
  const reason = dueReason(state, input.kind === "content" ? before : null, settings, now);
  if (reason && state.running && isOvertaken(state)) {
    const superseded = { ...state, running: { ...state.running, superseded: true } };
    return { state: superseded, action: { kind: "supersede" }, changed, wakeAt: wakeAt(superseded, settings) };
  }
  if (reason && !state.running && input.kind === "content") {
    const attempt = state.tried + 1;
    const started = startOf(state, input, reason, now);
    return { state: started, action: { kind: "start", reason, attempt }, changed, wakeAt: wakeAt(started, settings) };
  }
  if (isToBeRead(state, input, settings, now)) {
    const reading = { ...state, reading: { at: now, notices: state.notices }, notices: null };
    return { state: reading, action: { kind: "read" }, changed, wakeAt: null };
  }
  return { state, action: null, changed, wakeAt: wakeAt(state, settings) };
}

function take(state: ReloadState, input: ReloadInput, settings: ReloadSettings, at: Surroundings): ReloadState {
  const { now } = at;
  switch (input.kind) {
    case "notice":
      return takeNotice(state, now);
    case "content":
      return takeContent(state, input, settings, at);
    case "unread": {
      const notices = { first: now, last: now };
      return { ...state, reading: null, unreadUntil: now + unreadMs, requested: false, notices };
    }
    case "ended":
      return state.running ? takeEnd(state, state.running, input.status, settings, now) : state;
    case "request":
      return { ...state, requested: true };
    case "reconsider": {
      const isIdle = state.content && !state.job && !state.running && state.content.hash !== state.applied;
      return isIdle ? { ...state, tried: 0, job: jobOf("change", now) } : state;
    }
    case "hold":
      return { ...state, heldUntil: input.until };
    case "release":
      return { ...state, heldUntil: null };
    case "tick":
    case "rescan":
      return state;
  }
}

/** Why a reload is due now; null: none is. `before`: the state before what was read just now. */
function dueReason(
  state: ReloadState,
  before: ReloadState | null,
  settings: ReloadSettings,
  now: number,
): ReloadReason | null {
  if (state.requested) return "request";
  const waited = before?.reading?.notices;
  const isSettled = state.notices === null || (waited && now >= waited.first + settings.settleMostMs);
  return isSettled && isDue(state, settings, now) ? (state.job?.reason ?? null) : null;
}

/** What runs is of other content than there is now, and has not heard of it. */
function isOvertaken({ running, content }: ReloadState): boolean {
  return running !== null && !running.superseded && content !== null && content.hash !== running.hash;
}

function startOf(state: ReloadState, { hash }: ContentInput, reason: ReloadReason, now: number): ReloadState {
  const { job, lastStartAt, tried } = state;
  const attempt = tried + 1;
  return {
    ...state,
    running: {
      hash,
      reason,
      attempt,
      disturbed: state.notices !== null,
      superseded: false,
      before: { job, lastStartAt, tried },
    },
    job: null,
    requested: false,
    lastStartAt: now,
    tried: attempt,
  };
}

function isDue(state: ReloadState, settings: ReloadSettings, now: number): boolean {
  return state.job !== null && now >= dueAt(state.job.dueAt, state, settings) && !isHeld(state, now);
}

function dueAt(jobAt: number, state: ReloadState, settings: ReloadSettings): number {
  return Math.max(jobAt, spacedAt(state, settings));
}

function isToBeRead(state: ReloadState, { kind }: ReloadInput, settings: ReloadSettings, now: number): boolean {
  if (state.reading || now < state.unreadUntil) return false;
  if (state.notices && now >= settledAt(state.notices, settings)) return true;
  // A request does not wait for quiet, all else does.
  if (state.requested && !state.running) return true;
  if (state.notices) return false;
  return kind === "rescan" || state.content === null || (!state.running && isDue(state, settings, now));
}

function wakeAt(state: ReloadState, settings: ReloadSettings): number | null {
  const { job, notices, running, reading, heldUntil } = state;
  if (reading) return null;
  const times: number[] = [];
  if (notices) times.push(settledAt(notices, settings));
  else if (state.content === null) times.push(state.unreadUntil);
  else if (job && (!running || isOvertaken(state)))
    times.push(Math.max(dueAt(job.dueAt, state, settings), heldUntil ?? Number.NEGATIVE_INFINITY));
  if (state.requested && !running) times.push(state.unreadUntil);
  return times.length === 0 ? null : Math.max(Math.min(...times), state.unreadUntil);
}
