import type { Clock } from "#base/clock.ts";
import type { AgentSettings, ProcessRef } from "#daemon/agent.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Causes } from "#daemon/causes.ts";
import { locateTargets } from "#daemon/locate.ts";
import type { Observer } from "#daemon/observer.ts";
import { createPerformer } from "#daemon/perform.ts";
import { createZombieKeeper } from "#daemon/zombies/keeper.ts";
import { createReaper, type ReapReport, type ReapRequest } from "#daemon/zombies/reaper.ts";
import { createZombies } from "#daemon/zombies/zombies.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import { profiles } from "#policy/profiles.ts";
import { workableRemedies } from "#policy/remedy.ts";
import { advise, settingsFor, type ZombieSettings } from "#policy/zombies.ts";
import { formatId } from "#process/identity.ts";
import type { Origin } from "#process/lineage.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";
import { broodsOf, type Remedy, type Zombie } from "#process/zombie.ts";

/** A zombie with what would get it collected. */
export interface ZombieFinding {
  readonly zombie: Zombie;
  /** Those that would work here and now, from mild to hard. */
  readonly remedies: readonly Remedy[];
  readonly advice: string;
}

export interface ParentFinding {
  readonly parent: Process | null;
  readonly count: number;
  readonly perHour: number;
}

export interface ZombieReport {
  /** Milliseconds since the epoch. */
  readonly observedAt: number;
  /** Oldest first. */
  readonly zombies: readonly ZombieFinding[];
  /** Who leaves most comes first. */
  readonly byParent: readonly ParentFinding[];
}

/** All about zombies: found, blamed, told, and where it is wanted collected. */
export interface ZombieCare {
  start(): void;
  stop(): void;
  /** To be called when the settings have changed: what they ask for is done now. */
  look(): void;
  /** All of them, by a scan that is at most so old, without what would help: cheaper. */
  list(maxAgeMs?: number): Zombie[];
  report(): ZombieReport;
  reap(request: ReapRequest): Promise<ReapReport>;
}

interface Means {
  readonly root: ProcRoot;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly causes: Causes;
  readonly observer: Observer;
  readonly settings: () => AgentSettings;
  readonly originOf: (process: Process) => Origin;
  readonly selfPid?: number;
  /** Hears of what must not happen in what sexton does of its own accord. */
  readonly fault?: (cause: unknown) => void;
}

export function createZombieCare(means: Means): ZombieCare {
  const { root, clock, bus, causes, observer, settings, originOf, selfPid = process.pid, fault = () => {} } = means;
  const settingsOf = createSettings(root, observer, settings);
  const zombies = createZombies({
    root,
    clock,
    bus,
    observer,
    settingsFor: settingsOf,
    leastAgeMs: () => leastAgeMs(settings()),
    remedy: (found) => keeper.remedy(found),
    originOf,
    selfPid,
  });
  const reaper = createReaper({
    root,
    clock,
    bus,
    causes,
    zombies,
    performer: createPerformer(root, clock, selfPid),
    signals: () => settings().signals,
    settingsFor: settingsOf,
    isAlive: (ref) => isAlive(root, ref),
    selfPid,
  });
  const keeper = createZombieKeeper({
    reaper,
    settingsFor: settingsOf,
    selfPid,
    clock: () => performance.now(),
    fault,
  });

  return {
    start: zombies.start,
    stop() {
      reaper.stop();
      zombies.stop();
    },
    look() {
      keeper.forget();
      zombies.look();
    },
    list: zombies.list,
    reap: reaper.reap,
    report() {
      const found = zombies.list();
      const broods = broodsOf(found);
      const remedies = new Map<Zombie, readonly Remedy[]>();
      for (const { parent, zombies: members } of broods) {
        const facts = parent && reaper.facts(parent);
        const workable = facts ? workableRemedies(facts) : [];
        for (const zombie of members) remedies.set(zombie, zombie.cause === "traced" ? [] : workable);
      }
      return {
        observedAt: observer.table().observedAt,
        zombies: found.map((zombie) => {
          const workable = remedies.get(zombie) ?? [];
          return { zombie, remedies: workable, advice: advise(zombie, workable, settingsOf(zombie.parent)) };
        }),
        byParent: broods.map(({ parent, zombies: members }) => ({
          parent,
          count: members.length,
          perHour: parent ? zombies.perHour(parent) : 0,
        })),
      };
    },
  };
}

interface Known {
  readonly table: ProcessTable;
  readonly from: AgentSettings;
  /** With what targets that have settings of their own are found by outside of the table. */
  readonly targets: AgentSettings;
  readonly byParent: Map<string, ZombieSettings>;
}

/** The settings by parent: worked out once for each table, since many zombies have one parent. */
function createSettings(root: ProcRoot, observer: Observer, settings: () => AgentSettings) {
  let known: Known | null = null;
  return (parent: Process | null): ZombieSettings => {
    const current = settings();
    if (!parent) return current.zombies;
    const table = observer.table();
    if (known?.table !== table || known.from !== current) {
      const own = Object.entries(current.targets).filter(([, { zombies }]) => zombies);
      const located = locateTargets(root, Object.fromEntries(own), table);
      known = { table, from: current, targets: { ...current, located }, byParent: new Map() };
    }
    const id = formatId(parent);
    const found = known.byParent.get(id) ?? settingsFor(parent, table, current.zombies, known.targets, profiles);
    known.byParent.set(id, found);
    return found;
  };
}

function leastAgeMs({ zombies, targets }: AgentSettings): number {
  return Math.min(zombies.minAgeMs, ...Object.values(targets).map((target) => target.zombies?.minAge ?? Infinity));
}

function isAlive(root: ProcRoot, { pid, startTicks }: ProcessRef): boolean {
  const stat = readStat(root, pid);
  return stat !== null && !isUnread(stat) && (startTicks === null || stat.startTicks === startTicks);
}
