import type { Clock } from "#base/clock.ts";
import type { Reaper } from "#daemon/zombies/reaper.ts";
import { automaticAgeMs, automaticRemedies, type ZombieSettings } from "#policy/zombies.ts";
import { formatId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";
import { type Brood, broodsOf, type Remedy, type Zombie } from "#process/zombie.ts";

const firstPauseMs = 1_000;
/** What does not work is tried again ever less often. */
const longestPauseMs = 600_000;

interface Patience {
  readonly pauseMs: number;
  readonly until: number;
  /** It was nudged in vain: it has a handler for SIGCHLD, and that does not wait. */
  readonly nudgeIsVain: boolean;
}

export interface ZombieKeeper {
  /** Starts what is due; in how many milliseconds there may be more to do, null: when there are new zombies. */
  remedy(zombies: readonly Zombie[]): number | null;
  /** What was in vain may work with other settings. */
  forget(): void;
}

interface Means {
  readonly reaper: Pick<Reaper, "treat">;
  readonly settingsFor: (parent: Process | null) => ZombieSettings;
  readonly selfPid: number;
  /** One that nobody sets. */
  readonly clock: Clock;
  /** Hears of what must not happen. */
  readonly fault: (cause: unknown) => void;
}

/** Does what the configuration says about zombies, of sexton's own accord; `report` does nothing. */
export function createZombieKeeper({ reaper, settingsFor, selfPid, clock, fault }: Means): ZombieKeeper {
  const patience = new Map<string, Patience>();
  const busy = new Set<string>();

  async function treat(key: string, brood: Brood, settings: ZombieSettings): Promise<void> {
    busy.add(key);
    const isSelf = brood.parent?.pid === selfPid;
    const before = patience.get(key);
    const remedies = automaticRemedies(settings, isSelf).filter(
      (remedy, index, all) => remedy !== "nudge" || !before?.nudgeIsVain || index === all.length - 1,
    );
    const results = await attempt(brood, remedies, isSelf ? 0 : automaticAgeMs(settings));
    const failed = results === null || results.some(({ outcome }) => outcome === "failed" || outcome === "refused");
    const pauseMs = failed ? Math.min(2 * (before?.pauseMs ?? firstPauseMs / 2), longestPauseMs) : firstPauseMs;
    patience.set(key, {
      pauseMs: failed ? pauseMs : firstPauseMs / 2,
      until: clock() + pauseMs,
      nudgeIsVain: before?.nudgeIsVain || (results?.every(({ strategy }) => strategy !== "nudge") ?? false),
    });
    busy.delete(key);
  }

  /** Nobody waits for it, so that what it threw would end sexton. */
  async function attempt(brood: Brood, remedies: readonly Remedy[], minAgeMs: number) {
    try {
      return await reaper.treat(brood, remedies, minAgeMs);
    } catch (cause) {
      fault(cause);
      return null;
    }
  }

  function remedy(zombies: readonly Zombie[]): number | null {
    const now = clock();
    let againMs: number | null = null;
    const present = new Set<string>();
    for (const brood of broodsOf(zombies)) {
      const { parent } = brood;
      if (!parent) continue;
      const settings = settingsFor(parent);
      const isSelf = parent.pid === selfPid;
      // Pid 1 holds everything together: what is done to it, somebody is to ask for.
      if (parent.pid === 1 && !isSelf) continue;
      if (automaticRemedies(settings, isSelf).length === 0) continue;
      const key = formatId(parent);
      present.add(key);
      // Whoever traces one comes before its parent, which can do nothing about it.
      const leastMs = isSelf ? 0 : automaticAgeMs(settings);
      const due = brood.zombies.filter(({ ageMs, cause }) => cause !== "traced" && ageMs >= leastMs);
      const oldEnoughInMs = Math.max(0, leastMs - Math.max(...brood.zombies.map(({ ageMs }) => ageMs)));
      const waitMs = Math.max(0, (patience.get(key)?.until ?? 0) - now);
      if (due.length > 0 && waitMs === 0 && !busy.has(key)) void treat(key, { parent, zombies: due }, settings);
      againMs = Math.min(againMs ?? Number.POSITIVE_INFINITY, Math.max(waitMs || firstPauseMs, oldEnoughInMs));
    }
    for (const key of patience.keys()) if (!present.has(key) && !busy.has(key)) patience.delete(key);
    return againMs;
  }

  return { remedy, forget: () => patience.clear() };
}
