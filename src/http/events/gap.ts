import type { Bus } from "#daemon/bus.ts";
import type { RegisterEvent } from "#process/event.ts";

/**
 * What a reader that has seen events up to `after` has missed for good: null when the next one is still kept. An `after`
 * that is not reached yet comes from before a restart of sexton, whose ids were others; how far they went nobody knows.
 * Its own id is the last lost one: whoever resumes after it misses nothing and is told nothing twice.
 */
export function gapAfter(after: number, { range }: Pick<Bus, "range">, now: number): RegisterEvent | null {
  const { oldestId, newestId } = range();
  const lastLost = (oldestId ?? 1) - 1;
  const restarted = after > (newestId ?? 0);
  if (!restarted && after >= lastLost) return null;
  const data = {
    from: after + 1,
    to: restarted ? null : lastLost,
    reason: restarted ? "restarted" : "no longer kept",
  };
  return { id: lastLost, time: now, type: "events.lost", process: null, data, traceId: null, cause: null };
}
