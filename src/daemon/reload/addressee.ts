import type { Clock } from "#base/clock.ts";
import { createAlarm } from "#daemon/reload/alarm.ts";
import type { Faults } from "#daemon/reload/faults.ts";
import type { ReloaderMeans } from "#daemon/reload/means.ts";
import type { WatchSettings } from "#process/reload.ts";

/** An app that starts with sexton is there by then, whatever its images take: its container is the same pod's. */
const missingMs = 60_000;
/** Nobody knows a process of the target: it is tried all the same each so many seconds. */
const vainTries = 10;

interface Means extends Pick<ReloaderMeans, "log" | "ageOf" | "targetProblem"> {
  readonly settings: () => WatchSettings;
  readonly faults: Faults;
  readonly monotonic: Clock;
}

/** Whom a watch reloads. */
export interface Addressee {
  start(): void;
  stop(): void;
  /** The settings may name another one. */
  renew(): void;
  /** By the monotonic clock; null: it is not there, or nobody knows. */
  startedAt(): number | null;
  /** Nothing is read, validated and refused each second for an app that is not there. `isThere`: it is, or may be. */
  isVain(isThere: boolean): boolean;
  /** In a sentence, that nobody has been found for a while, and that nobody will be. */
  problem(): string | null;
}

export function createAddressee({ settings, faults, monotonic, log, ...means }: Means): Addressee {
  let vain = 0;
  /** Once found, whoever it is: one that is away for a while comes back. */
  let isFound = false;
  let missingSince: number | null = null;
  let isTold = false;
  const alarm = createAlarm(monotonic, look);

  /** An address tells nothing about the process behind it. */
  const isMeant = () => settings().http === null || settings().target !== null;

  function look(): void {
    find();
    alarm.set(isFound || !isMeant() ? null : monotonic() + missingMs);
  }

  function find(): string | null {
    if (isFound || !isMeant()) return null;
    const now = monotonic();
    const sentence = faults.guard("find the target", () => means.targetProblem(settings()), null);
    const isThere = sentence === null && faults.guard("find the target", () => means.ageOf(settings()), null) !== null;
    if (isThere) {
      if (isTold) log.info("the target of a watch has been found", { watch: settings().name });
      isFound = true;
      return null;
    }
    // Known, and to be waited for.
    if (sentence === null) {
      missingSince = null;
      return null;
    }
    missingSince ??= now;
    if (now - missingSince < missingMs) return null;
    if (!isTold) log.warn("a watch has nobody to reload", { watch: settings().name, problem: sentence });
    isTold = true;
    return sentence;
  }

  return {
    start: look,
    stop: () => alarm.set(null),
    renew() {
      isFound = false;
      isTold = false;
      missingSince = null;
      look();
    },
    startedAt() {
      if (!isMeant()) return null;
      const age = faults.guard("find when the app was started", () => means.ageOf(settings()), null);
      return age === null ? null : monotonic() - age;
    },
    isVain(isThere) {
      vain = isThere ? 0 : (vain + 1) % vainTries;
      return vain > 0;
    },
    problem: find,
  };
}
