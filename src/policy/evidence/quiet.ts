/** What a process does at one look. */
export interface Activity {
  /** Runs, or waits for a disk. */
  readonly isBusy: boolean;
  /** User and system time. */
  readonly cpuSeconds: number;
}

/** Whether what has just begun has come to rest, or was there long enough without. */
export interface Quiet {
  see(elapsedMs: number, activity: Activity): void;
  /** It has lived for `steadyMs` and is done with its beginning. */
  isSettled(elapsedMs: number): boolean;
  /** It has lived several times as long, whatever it does. */
  isOld(elapsedMs: number): boolean;
}

/** A program that loads, and may yet refuse what it finds, is hardly ever at rest for so long. */
const restMs = 80;
/** A server that has work all the time never rests; after so many times `steadyMs` that is what it is. */
const oldFactor = 5;

export function createQuiet(steadyMs: number): Quiet {
  let bornMs: number | null = null;
  let busyMs = 0;
  let cpuSeconds = 0;
  const age = (elapsedMs: number) => (bornMs === null ? Number.NEGATIVE_INFINITY : elapsedMs - bornMs);
  return {
    see(elapsedMs, activity) {
      if (bornMs === null || activity.isBusy || activity.cpuSeconds !== cpuSeconds) busyMs = elapsedMs;
      bornMs ??= elapsedMs;
      cpuSeconds = activity.cpuSeconds;
    },
    isSettled: (elapsedMs) =>
      age(elapsedMs) >= steadyMs && (elapsedMs - busyMs >= restMs || age(elapsedMs) >= steadyMs * oldFactor),
    isOld: (elapsedMs) => age(elapsedMs) >= steadyMs * oldFactor,
  };
}
