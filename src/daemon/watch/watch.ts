import type { Clock } from "#base/clock.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Causes } from "#daemon/causes.ts";
import { createOomCounters } from "#daemon/containers/oom.ts";
import { createObserver, type Observer } from "#daemon/observer.ts";
import type { PodNames } from "#daemon/pods/pod-names.ts";
import { lookAround } from "#daemon/surroundings.ts";
import { shareDescriptors } from "#daemon/watch/descriptors.ts";
import { createRegister } from "#daemon/watch/register.ts";
import { createWatcher, type Watcher } from "#daemon/watch/watcher.ts";
import { createStrays, type Strays } from "#daemon/zombies/strays.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { Process } from "#process/process.ts";
import type { Surroundings } from "#process/table.ts";

interface Means {
  readonly root: ProcRoot;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly causes: Causes;
  readonly tickMs: number;
  /** How long a process must have been a stray to be told. */
  readonly minAgeMs?: () => number;
  /** As it was found before; else it is looked for. */
  readonly surroundings?: Surroundings;
  /** Who the pods of a node are. */
  readonly pods?: PodNames;
}

interface Watch {
  readonly observer: Observer;
  readonly watcher: Watcher;
  readonly strays: Strays;
  /** Processes that are neither collected nor gone, by pid. */
  readonly known: ReadonlyMap<number, Process>;
}

/** The watcher, the observer whose scans it shares with every reader, and who belongs to whom. They start as one. */
export function createWatch({
  root,
  clock,
  bus,
  causes,
  tickMs,
  minAgeMs = () => 10_000,
  surroundings = lookAround(root, process.pid),
  pods,
}: Means): Watch {
  const observer = createObserver(root, clock, surroundings, pods);
  // Intervals by a clock that nobody sets: a step of the wall clock would hold up sweeps and looks, or fail readiness.
  const monotonic = () => performance.now();
  const oom = createOomCounters(root, monotonic, shareDescriptors(root).oomCounters);
  const register = createRegister({ bus, causes, oom, clock, gone: observer.forget });
  const watcher = createWatcher({ root, clock: monotonic, observer, register, tickMs });
  const strays = createStrays({ bus, observer, known: register.processes, clock, minAgeMs });
  const start = () => {
    watcher.start();
    strays.start();
  };
  const stop = () => {
    strays.stop();
    watcher.stop();
    oom.close();
  };
  return { observer, watcher: { ...watcher, start, stop }, strays, known: register.processes };
}
