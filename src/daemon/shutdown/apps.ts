import type { Observer } from "#daemon/observer.ts";
import { appsLeft } from "#policy/apps-left.ts";
import type { Surroundings } from "#process/table.ts";

/** The apps whose end sexton may wait for, or follow. */
export interface Apps {
  /** Who has processes, by a scan of now. */
  left(): string[];
  /** The same by what is known, which costs nothing. */
  known(): string[];
}

/**
 * Beside an app alone: who sees the whole machine sees apps at any time, and in front of one its end is the init's own
 * affair.
 */
export function createApps(
  observer: Pick<Observer, "table" | "live">,
  { initialNamespace, command = null }: Surroundings,
  only: () => string | undefined,
): Apps {
  const isBeside = !initialNamespace && command === null;
  return {
    left: () => (isBeside ? appsLeft(observer.table(0), only()) : []),
    known: () => (isBeside ? appsLeft(observer.live(), only()) : []),
  };
}
