import type { ReloadCommon } from "#daemon/reload/means.ts";
import { type ReloadRun, runReload } from "#daemon/reload/run.ts";
import type { Ran } from "#daemon/reload/waiters.ts";
import type { RunStatus } from "#policy/reload-take.ts";

/** Beyond what the settings allow each part of a reload. */
const spareMs = 60_000;

/** The one reload of a watch that runs. */
export interface Runner {
  /** `asked`: who is answered with what became of it. */
  start(run: Omit<ReloadRun, "superseded" | "progress">, asked: readonly { resolve(ran: Ran): void }[]): void;
  /** Nobody waits for its proof any more. */
  supersede(): void;
  /** A part of it takes far longer than it may. */
  isOverdue(): boolean;
  /** Resolves when it has been told; at once where none runs. */
  ended(): Promise<void>;
}

export function createRunner(common: ReloadCommon, done: (status: RunStatus) => void): Runner {
  const { means, monotonic } = common;
  let running: { readonly ended: Promise<void>; readonly superseded: AbortController } | null = null;
  let overdueAt: number | null = null;
  return {
    start(run, asked) {
      const superseded = new AbortController();
      const progress = (mostMs: number | null) => {
        overdueAt = mostMs === null ? null : monotonic() + mostMs + spareMs;
      };
      const ended = runReload(common, { ...run, superseded: superseded.signal, progress }).then(
        ({ status, record, refusal }) => {
          running = null;
          overdueAt = null;
          for (const { resolve } of asked) resolve({ kind: "ran", record, refusal });
          const { watch, id, reason, attempt, detail } = record;
          if (status !== "no-target")
            means.log.info("reload ended", { watch, id, reason, attempt, status: record.status, detail });
          done(status);
        },
      );
      running = { ended, superseded };
    },
    supersede: () => running?.superseded.abort(),
    isOverdue: () => overdueAt !== null && monotonic() > overdueAt,
    ended: async () => running?.ended,
  };
}
