import { expect } from "bun:test";
import { type ReloadAction, type ReloadInput, type ReloadStep, stepReload } from "#policy/reload.ts";
import { initialReloadState, pendingOf, type ReloadSettings, type ReloadState } from "#policy/reload-state.ts";
import type { RunStatus } from "#policy/reload-take.ts";
import type { ReloadReason } from "#process/reload.ts";

export const usual: ReloadSettings = {
  settleMs: 1_000,
  settleMostMs: 10_000,
  minSpacingMs: 0,
  delayMs: 0,
  retry: { on: "failed", leastMs: 5_000, mostMs: 20_000 },
};

/** A watch that a test leads through time: what it says at each moment. */
export function watch(more: Partial<ReloadSettings> = {}) {
  const settings = { ...usual, ...more };
  let state: ReloadState = initialReloadState;
  let last: ReloadStep | null = null;
  let startedAt: number | null = null;
  let version = 0;
  const at = (now: number, input: ReloadInput) => {
    last = stepReload(state, input, settings, { now, startedAt });
    ({ state } = last);
    return last;
  };
  const self = {
    at,
    tick: (now: number) => at(now, { kind: "tick" }),
    notice: (now: number) => at(now, { kind: "notice" }),
    request: (now: number) => at(now, { kind: "request" }),
    content: (now: number, hash: string, changedAt: number | null = null) =>
      at(now, { kind: "content", hash, version: String(++version), changedAt }),
    ended: (now: number, status: RunStatus) => at(now, { kind: "ended", status }),
    hold: (now: number, until: number) => at(now, { kind: "hold", until }),
    appStartedAt(time: number | null) {
      startedAt = time;
    },
    /** A change that is heard of and read when it has settled. */
    change: (now: number, hash: string) => {
      self.notice(now);
      expect(self.tick(now + settings.settleMs).action).toEqual({ kind: "read" });
      return self.content(now + settings.settleMs, hash);
    },
    begun(hash = "a") {
      expect(self.tick(0).action).toEqual({ kind: "read" });
      self.content(0, hash);
      return self;
    },
    pending: (now: number) => pendingOf(state, settings, now),
    state: () => state,
  };
  return self;
}

export const start = (reason: ReloadReason, attempt = 1): ReloadAction => ({ kind: "start", reason, attempt });
