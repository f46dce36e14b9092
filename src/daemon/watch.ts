import type { Clock } from "#base/clock.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Causes } from "#daemon/causes.ts";
import { createObserver, type Observer } from "#daemon/observer.ts";
import { createOomCounters } from "#daemon/oom.ts";
import { createRegister } from "#daemon/register.ts";
import { lookAround } from "#daemon/surroundings.ts";
import { createWatcher, type Watcher } from "#daemon/watcher.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";

interface Means {
  readonly root: ProcRoot;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly causes: Causes;
  readonly tickMs: number;
}

/** The watcher and the observer whose scans it shares with every reader. */
export function createWatch({ root, clock, bus, causes, tickMs }: Means): { observer: Observer; watcher: Watcher } {
  const observer = createObserver(root, clock, lookAround(root, process.pid));
  const register = createRegister({ bus, causes, oom: createOomCounters(root), clock, gone: observer.forget });
  // Intervals by a clock that nobody sets: a step of the wall clock would hold up sweeps and looks, or fail readiness.
  const monotonic = () => performance.now();
  return { observer, watcher: createWatcher({ root, clock: monotonic, observer, register, tickMs }) };
}
