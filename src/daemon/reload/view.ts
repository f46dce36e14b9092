import { pendingOf, type ReloadSettings, type ReloadState } from "#policy/reload-state.ts";
import type { Content, Pending, WatchSettings, WatchState } from "#process/reload.ts";

/** What there is, and how often it was another one. */
export interface Seen {
  readonly content: Content | null;
  readonly changedAt: number | null;
  readonly changes: number;
}

interface About extends Pick<WatchState, "last" | "mechanism" | "problem" | "errors" | "oldWorkers" | "targetProblem"> {
  readonly policy: ReloadSettings;
  /** The same moment by the policy's clock and by the wall's. */
  readonly now: number;
  readonly wall: number;
}

/** A watch as it is told: times by the clock of the wall. */
export function watchStateOf(
  settings: WatchSettings,
  state: ReloadState,
  seen: Seen,
  { policy, now, wall, ...about }: About,
): WatchState {
  const toWall = (at: number) => Math.round(wall + at - now);
  const pending = pendingOf(state, policy, now);
  return {
    settings,
    ...seen,
    ...about,
    appliedHash: state.applied,
    pending: pending && pending.until !== null ? ({ ...pending, until: toWall(pending.until) } as Pending) : pending,
    heldUntil: state.heldUntil !== null && state.heldUntil > now ? toWall(state.heldUntil) : null,
  };
}
