import type { Problem } from "#base/errors.ts";
import type { ReloadCommon } from "#daemon/reload/means.ts";
import type { Content, RunReport, WatchSettings } from "#process/reload.ts";
import type { TraceContext } from "#process/trace-context.ts";

export type Ran = Extract<RunReport, { kind: "ran" }>;

interface Waiter {
  readonly trace: TraceContext | null;
  readonly resolve: (ran: Ran) => void;
}

/** Who has asked for a reload that has not begun: one is made for all of them. */
export interface Waiters {
  add(trace: TraceContext | null): Promise<Ran>;
  take(): readonly Waiter[];
  /** There is none for them. */
  refuse(watch: WatchSettings, content: Content | null, refusal: Problem): void;
}

export function createWaiters({ means, records }: ReloadCommon): Waiters {
  let waiters: Waiter[] = [];
  const take = () => {
    const taken = waiters;
    waiters = [];
    return taken;
  };
  return {
    add: (trace) => new Promise((resolve) => void waiters.push({ trace, resolve })),
    take,
    refuse({ name }, content, refusal) {
      const refused = take();
      if (refused.length === 0) return;
      const now = means.clock();
      const record = records.begin({
        watch: name,
        reason: "request",
        hash: content?.hash ?? "",
        generation: content?.generation ?? null,
        attempt: 1,
        startedAt: now,
        endedAt: now,
        status: "failed",
        evidence: [],
        detail: refusal.detail,
        rejection: null,
        process: null,
      });
      for (const { resolve } of refused) resolve({ kind: "ran", record, refusal });
    },
  };
}
