import type { Bus } from "#daemon/bus.ts";
import type { RegisterEvent } from "#process/event.ts";
import type { EventPosition } from "#process/event-position.ts";

/**
 * What a reader that has seen events up to `after` has missed for good: null when the next one is still kept. A position
 * of another run, or one without a run that is not reached yet, comes from before a restart of sexton, whose ids were
 * others; how far they went nobody knows. The gap's own id is the last lost one of this run: whoever resumes after it
 * misses nothing and is told nothing twice.
 */
export function gapAfter(after: EventPosition, bus: Pick<Bus, "run" | "range">, now: number): RegisterEvent | null {
  const { oldestId, newestId } = bus.range();
  const lastLost = (oldestId ?? 1) - 1;
  const ofAnotherRun = after.run !== null && after.run !== bus.run;
  const restarted = ofAnotherRun || after.id > (newestId ?? 0);
  if (!restarted && after.id >= lastLost) return null;
  const data = {
    from: after.id + 1,
    to: restarted ? null : lastLost,
    reason: restarted ? "restarted" : "no longer kept",
    // Whose ids `from` counts in.
    ...(ofAnotherRun ? { run: after.run } : {}),
  };
  return { id: lastLost, time: now, type: "events.lost", process: null, data, trace: null, cause: null };
}
