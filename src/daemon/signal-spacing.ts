import type { Clock } from "#base/clock.ts";
import { type Problem, problem } from "#base/errors.ts";
import type { SignalSettings } from "#policy/signal.ts";
import type { Intent } from "#policy/verb.ts";
import { formatId, type ProcessId } from "#process/identity.ts";

/** The least time between two signals of one kind to one process (`signals.minSpacing`). */
export interface Spacing {
  /** The right to send one now; what asks meanwhile is refused, whether or not this one has been sent yet. */
  claim(to: ProcessId, intent: Intent, settings: SignalSettings): { giveBack(): void } | Problem;
}

/** The oldest are forgotten beyond this. */
const mostKept = 1_000;

export function createSpacing(clock: Clock): Spacing {
  /** When, in the order of time. */
  const last = new Map<string, number>();
  return {
    claim(to, { signal }, { minSpacingMs = 0 }) {
      const key = `${formatId(to)} ${signal.number}`;
      const now = clock();
      const before = last.get(key);
      const leftMs = before === undefined ? 0 : before + minSpacingMs - now;
      if (leftMs > 0) {
        const ago = Math.round((minSpacingMs - leftMs) / 10) / 100;
        const detail = `Cannot send ${signal.name} to process ${to.pid}: it was sent one ${ago} s ago, and signals.minSpacing is ${minSpacingMs / 1000} s. Wait that long.`;
        return problem("too-many-requests", detail, { retryAfterSeconds: Math.ceil(leftMs / 1000) });
      }
      last.delete(key);
      last.set(key, now);
      const [oldest] = last.keys();
      if (last.size > mostKept && oldest !== undefined) last.delete(oldest);
      return {
        giveBack() {
          if (last.get(key) !== now) return;
          if (before === undefined) last.delete(key);
          else last.set(key, before);
        },
      };
    },
  };
}
