import { createBus } from "#daemon/bus.ts";
import { createCauses } from "#daemon/causes.ts";
import { createWatch } from "#daemon/watch/watch.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { RegisterEvent } from "#process/event.ts";
import { eventually } from "./poll.ts";

/** The watcher over this machine's own processes, with what it tells in a list. */
export function watchMachine(tickMs = 20, minAgeMs = 10_000) {
  const events: (RegisterEvent & { readonly at: number })[] = [];
  const bus = createBus(Date.now);
  bus.listen((event) => void events.push({ ...event, at: performance.now() }));
  const root = procRoot();
  const causes = createCauses();
  const { observer, watcher, strays } = createWatch({
    root,
    clock: Date.now,
    bus,
    causes,
    tickMs,
    minAgeMs: () => minAgeMs,
  });
  watcher.start();
  const of = (pid: number) => events.filter((event) => event.process?.pid === pid);
  return {
    events,
    watcher,
    observer,
    strays,
    causes,
    of,
    typesOf: (pid: number) => of(pid).map(({ type }) => type),
    waitFor: (pid: number, type: string) =>
      eventually(`${type} of ${pid}`, () => of(pid).find((event) => event.type === type)),
  };
}
