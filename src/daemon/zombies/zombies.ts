import type { Clock } from "#base/clock.ts";
import { isAlive } from "#daemon/alive.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Observer } from "#daemon/observer.ts";
import { zombieStatus } from "#daemon/watch/exit-status.ts";
import { eventProcess } from "#daemon/watch/register.ts";
import { ageOf, createGraves, type Grave } from "#daemon/zombies/graves.ts";
import { createZombieRates } from "#daemon/zombies/rates.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import type { ZombieSettings } from "#policy/zombies.ts";
import { decodeWaitStatus, type RegisterEvent } from "#process/event.ts";
import { formatId, type ProcessId } from "#process/identity.ts";
import type { Origin } from "#process/lineage.ts";
import type { Process } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";
import { type Zombie, zombieCause } from "#process/zombie.ts";

export interface Zombies {
  start(): void;
  stop(): void;
  /** Looks at all of them now: the settings have changed. */
  look(): void;
  /** All that have ended and are still there, oldest first; by a scan that is at most so old. */
  list(maxAgeMs?: number): Zombie[];
  /** Zombies that a parent leaves in an hour, by what was seen so far. */
  perHour(parent: ProcessId): number;
  /** While a remedy is at work on them it is the remedy that tells what comes of it. Returns the way back. */
  claim(zombies: readonly Zombie[]): () => void;
  /** Told when a remedy has worked on one that was claimed; `cause` is its event. */
  reaped(zombie: Zombie, strategy: string, cause: number): void;
}

interface Means {
  readonly root: ProcRoot;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly observer: Observer;
  readonly settingsFor: (parent: Process | null) => ZombieSettings;
  /** The least minimum age of all settings: nobody need be looked at before. */
  readonly leastAgeMs: () => number;
  /** Those that are old enough to be helped; asked again after so many milliseconds, null: when there are new ones. */
  readonly remedy: (zombies: readonly Zombie[]) => number | null;
  /** Whether it descends from its container's main process, or from an exec probe or session. */
  readonly originOf: (process: Process) => Origin;
  readonly selfPid: number;
}

/** Finds zombies, blames their parents and tells both: `zombie.detected` and `zombie.reaped`. */
export function createZombies(means: Means): Zombies {
  const { root, clock, bus, observer, settingsFor, leastAgeMs, remedy, originOf, selfPid } = means;
  const rates = createZombieRates(performance.now());
  const graves = createGraves(bus, { onBurial, onCollected });
  let timer: ReturnType<typeof setTimeout> | null = null;
  let dueAt = Number.POSITIVE_INFINITY;
  let stopped = false;
  /** Children of sexton's own, which are collected at any age. */
  let ownHaveEnded = false;
  const claims = new Map<string, Grave>();

  function onBurial(grave: Grave): void {
    // Sexton's own child waits for nobody else.
    const stat = readStat(root, grave.pid);
    const isOwn = stat !== null && !isUnread(stat) && stat.ppid === selfPid;
    ownHaveEnded ||= isOwn;
    wake(isOwn ? Math.min(ownMs, leastAgeMs()) : leastAgeMs());
  }

  function onCollected(grave: Grave, event: RegisterEvent): void {
    if (grave.claimed) grave.collected = event;
    else tellCollected(grave, event);
  }

  /** Collected by whoever should have done so, unless a remedy has told that it was its own work. */
  function tellCollected(grave: Grave, { process }: RegisterEvent): void {
    if (grave.detected === null || grave.told) return;
    const by = grave.parent && isAlive(root, grave.parent) ? "parent" : "init";
    const data = { by, strategy: null, parent: grave.parent && eventProcess(grave.parent), ...age(grave) };
    bus.emit({ type: "zombie.reaped", process, data, cause: grave.detected });
  }

  function wake(inMs: number): void {
    const at = performance.now() + inMs;
    if (stopped || at >= dueAt) return;
    if (timer) clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(check, inMs + earlyMs);
  }

  /** Old enough to be called zombies, and helped where the configuration says so. */
  function check(): void {
    timer = null;
    dueAt = Number.POSITIVE_INFINITY;
    const due = [...graves.all()].filter((grave) => ageOf(grave) >= leastAgeMs());
    // Most have been collected long ago, and then nothing is looked at.
    const startedAt = performance.now();
    const zombies = due.length > 0 || ownHaveEnded ? list() : [];
    // Thousands of them take their time to be looked at, which is not to become all that sexton does.
    const leastMs = (performance.now() - startedAt) / mostOfACore;
    ownHaveEnded = zombies.some(({ parent }) => parent?.pid === selfPid);
    for (const zombie of zombies) if (zombie.cause !== "just-exited") detect(zombie);
    const againMs = remedy(zombies);
    const nextMs = nextDue();
    const waitMs = Math.min(againMs ?? Number.POSITIVE_INFINITY, nextMs ?? Number.POSITIVE_INFINITY);
    if (Number.isFinite(waitMs)) wake(Math.max(waitMs, leastMs));
  }

  /** When the youngest of those that are not told yet will be old enough. */
  function nextDue(): number | null {
    let least: number | null = null;
    for (const grave of graves.all()) {
      if (grave.detected !== null) continue;
      const inMs = Math.max(leastAgeMs() - ageOf(grave), recheckMs);
      least = Math.min(least ?? inMs, inMs);
    }
    return least;
  }

  function detect(zombie: Zombie): void {
    const { process, parent, cause, exit } = zombie;
    const grave = graves.of(process, zombie.since);
    if (grave.detected !== null) return;
    if (parent) rates.count(parent, performance.now());
    const blame = { cause, parent: parent && eventProcess(parent), origin: originOf(process) };
    const data = { ...exit, ...blame, ...age(grave) };
    grave.parent = parent;
    grave.detected = bus.emit({ type: "zombie.detected", process: eventProcess(process), data });
  }

  function list(maxAgeMs?: number): Zombie[] {
    const table = observer.table(maxAgeMs);
    const now = clock();
    return table.processes
      .filter((process) => process.state === "zombie" && hasEnded(process))
      .flatMap((process): Zombie[] => {
        // Collected since the scan, it would get a grave that nobody closes any more.
        const stat = readStat(root, process.pid);
        if (stat === null || isUnread(stat) || stat.startTicks !== process.startTicks) return [];
        const grave = graves.of(process, now);
        grave.exit ??= decodeWaitStatus(zombieStatus(root, stat));
        const { since, sinceIsExact, exit } = grave;
        const parent = table.byPid.get(stat.ppid) ?? null;
        const ageMs = ageOf(grave);
        const parentIsPause = parent?.role === "pause";
        const signs = { ppid: stat.ppid, tracerPid: tracerOf(grave), ageMs, parentIsPause };
        const cause = zombieCause(signs, settingsFor(parent).minAgeMs);
        return [{ process, exit, since, sinceIsExact, ageMs, parent, cause }];
      })
      .sort((a, b) => a.since - b.since || a.process.pid - b.process.pid);
  }

  function tracerOf(grave: Grave): number | null {
    if (grave.untraced) return 0;
    const status = readStatus(root, grave.pid);
    const tracerPid = status === null || isUnread(status) ? null : status.tracerPid;
    grave.untraced = tracerPid === 0;
    return tracerPid;
  }

  return {
    start() {
      list();
      wake(leastAgeMs());
    },
    stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      graves.stop();
    },
    look: () => wake(0),
    list,
    perHour: (parent) => rates.perHour(parent, performance.now()),
    claim(zombies) {
      const claimed = zombies.flatMap(({ process }) => graves.known(process) ?? []);
      for (const grave of claimed) {
        grave.claimed = true;
        claims.set(formatId(grave), grave);
      }
      return () => {
        for (const grave of claimed) {
          grave.claimed = false;
          claims.delete(formatId(grave));
          if (grave.collected) tellCollected(grave, grave.collected);
        }
      };
    },
    reaped(zombie, strategy, cause) {
      const { process, parent } = zombie;
      const grave = claims.get(formatId(process));
      if (!grave || grave.told) return;
      grave.told = true;
      const data = { by: "sexton", strategy, parent: parent && eventProcess(parent) };
      bus.emit({ type: "zombie.reaped", process: eventProcess(process), data: { ...data, ...age(grave) }, cause });
    },
  };
}

/** Timers may be early by some milliseconds of the clock that ages are measured by. */
const earlyMs = 10;
/** Longer than a scan is kept, so that the next one has it; and many may end together. */
const ownMs = 300;
/** Zombies that are not called so by their own, longer minimum age are looked at again this often. */
const recheckMs = 1_000;
/** What looking may take of a core. */
const mostOfACore = 0.02;

function age(grave: Grave) {
  return { ageSeconds: Math.round(ageOf(grave)) / 1000, ageIsExact: grave.sinceIsExact };
}
