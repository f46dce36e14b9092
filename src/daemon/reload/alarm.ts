import type { Clock } from "#base/clock.ts";

/** Longer than any timer should be late, on however busy a machine. */
const lateMs = 60_000;
/** What setTimeout takes: 2^31 - 1. */
const longestMs = 2_147_483_647;

/** One timer that is set anew with each step; where nothing is due there is none. */
export interface Alarm {
  set(at: number | null): void;
  /** Its time is long over, and it has not rung. */
  isOverdue(): boolean;
}

export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let dueAt: number | null = null;
  return {
    set(at) {
      if (timer) clearTimeout(timer);
      dueAt = at;
      timer = null;
      if (at === null) return;
      // Rounded up: one that rings early is set again at once.
      const inMs = Math.min(Math.max(0, Math.ceil(at - clock())), longestMs);
      timer = setTimeout(() => {
        timer = null;
        dueAt = null;
        ring();
      }, inMs);
    },
    isOverdue: () => dueAt !== null && clock() - dueAt > lateMs,
  };
}
