import type { Clock } from "#base/clock.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Observer } from "#daemon/observer.ts";
import {
  type ContainerPids,
  createPidGauge,
  type PidReading,
  type PidSettings,
  type PodPids,
} from "#daemon/pids/gauge.ts";
import { createPidHistory } from "#daemon/pids/history.ts";
import { eventProcess } from "#daemon/watch/register.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { GrowingHolder } from "#policy/pid-census.ts";
import { assessPressure, noPressure, type PressureChange, podScope, type ScopedLimit } from "#policy/pid-pressure.ts";
import { bindingLimit, budgetOf, type ContainerPidBudget, type PidBudget, type PodPidBudget } from "#policy/pids.ts";
import { type Container, containerRef } from "#process/container.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable, Surroundings } from "#process/table.ts";

export interface PidBudgets {
  /** By the limit that leaves least room. */
  readonly pod: PidBudget;
  /** By container key. */
  readonly containers: ReadonlyMap<string, ContainerPidBudget>;
  /** Of each of a node's pods, by UID; none elsewhere. */
  readonly pods: ReadonlyMap<string, PodPidBudget>;
}

export interface Pids {
  start(): void;
  stop(): void;
  /** Samples if it is time, or if much has happened; once started, it does so every second. */
  tick(): void;
  configure(settings: PidSettings): void;
  /** As they are now, for the processes of this table or of the observer's newest. */
  budgets(table?: ProcessTable): PidBudgets;
}

interface Means {
  readonly root: ProcRoot;
  /** One that nobody sets. */
  readonly clock: Clock;
  readonly observer: Pick<Observer, "table" | "live">;
  readonly bus: Pick<Bus, "emit">;
  /** How many processes the watcher knows: cheap, and tells of a burst. */
  readonly known: () => number;
  readonly surroundings: Pick<Surroundings, "initialNamespace">;
  readonly settings: PidSettings;
}

const sampleMs = 10_000;
const tickMs = 1_000;
/**
 * When the processes change by so much of the tightest limit since the last look, or by so many, the next sample is not
 * waited for: a container with a limit of its own may have come since.
 */
const burst = { share: 0.05, processes: 20 };

/**
 * Samples what the limits leave, on what the watcher knows: a scan of its own only when something is to be told, since
 * only a scan tells who is a zombie by now and who has how many threads.
 */
export function createPids({ root, clock, observer, bus, known, surroundings, settings: initial }: Means): Pids {
  const gauge = createPidGauge(root, surroundings.initialNamespace);
  const history = createPidHistory();
  let settings = initial;
  let pressure = noPressure;
  let timer: ReturnType<typeof setInterval> | null = null;
  let sampledAt = Number.NEGATIVE_INFINITY;
  let knownAtSample = 0;
  let tightest = Number.POSITIVE_INFINITY;

  function tick(): void {
    const now = clock();
    const isDue = now - sampledAt >= sampleMs;
    if (isDue || Math.abs(known() - knownAtSample) > Math.min(tightest * burst.share, burst.processes))
      sample(now, isDue);
  }

  function sample(now: number, isDue: boolean): void {
    knownAtSample = known();
    const table = observer.live();
    const reading = gauge.read(table, settings);
    tightest = Math.min(...limitsOf(reading).map(({ limit }) => limit.limit));
    if (isDue) {
      sampledAt = now;
      history.add(reading, table, now);
    }
    const seen = assess(reading);
    if (seen.changes.length === 0) {
      pressure = seen.after;
      return;
    }
    const fresh = observer.table();
    const checked = gauge.read(fresh, settings);
    const { after, changes } = assess(checked);
    pressure = after;
    for (const change of changes) {
      const { container, pod } = change;
      const isThere = (own: Container | null) =>
        container ? own?.key === container.key : !pod || own?.pod?.uid === pod.uid;
      tell(change, checked, history.growing(fresh, isThere, now));
    }
  }

  function assess(reading: PidReading) {
    const scopes = new Set([...reading.containers.keys(), ...[...reading.pods.keys()].map(podScope)]);
    return assessPressure(pressure, limitsOf(reading), scopes);
  }

  function tell(
    { container, pod = null, limit, level }: PressureChange,
    reading: PidReading,
    growing: GrowingHolder[],
  ): void {
    const { trend, zombies } = container
      ? {
          trend: history.containerTrend(container.key),
          zombies: reading.containers.get(container.key)?.zombies ?? 0,
        }
      : pod
        ? { trend: history.nodePodTrend(pod.uid), zombies: reading.pods.get(pod.uid)?.zombies ?? 0 }
        : { trend: history.podTrend(limit.source), zombies: reading.zombies };
    const { growthPerHour: _, ...budget } = budgetOf(limit, zombies, trend);
    const scope = container ? "container" : "pod";
    const data = {
      scope,
      container: containerRef(container),
      ...(pod && { pod }),
      level,
      ...budget,
      growing: growing.map(growingView),
    };
    bus.emit({ type: "pids.pressure", data });
  }

  function podBudget(reading: PidReading): PidBudget {
    const binding = bindingLimit(reading.limits);
    const { tasks: current, zombies } = reading;
    return budgetOf(
      binding ?? { source: null, limit: null, current, counts: "pod" },
      zombies,
      history.podTrend(binding?.source ?? null),
    );
  }

  function containerBudget({ container, current, currentFrom, limit, zombies }: ContainerPids): ContainerPidBudget {
    const counted = limit ?? { source: null, limit: null, current, counts: "container" as const };
    return { ...budgetOf(counted, zombies, history.containerTrend(container.key)), container, currentFrom };
  }

  function nodePodBudget({ pod, current, limit, zombies }: PodPids): PodPidBudget {
    const counted = limit ?? { source: null, limit: null, current, counts: "pod" as const };
    return { ...budgetOf(counted, zombies, history.nodePodTrend(pod.uid)), pod };
  }

  return {
    start() {
      tick();
      timer = setInterval(tick, tickMs);
    },
    stop() {
      if (timer) clearInterval(timer);
      timer = null;
    },
    tick,
    configure(next) {
      settings = next;
    },
    budgets(table = observer.table()) {
      const reading = gauge.read(table, settings);
      return {
        pod: podBudget(reading),
        containers: new Map([...reading.containers].map(([key, pids]) => [key, containerBudget(pids)])),
        pods: new Map([...reading.pods].map(([uid, pids]) => [uid, nodePodBudget(pids)])),
      };
    },
  };
}

function limitsOf({ limits, containers, pods }: PidReading): ScopedLimit[] {
  const ofContainers = [...containers.values()].flatMap(({ container, limit }) =>
    limit ? [{ container, limit }] : [],
  );
  const ofPods = [...pods.values()].flatMap(({ pod, limit }) => (limit ? [{ container: null, pod, limit }] : []));
  return [...limits.map((limit) => ({ container: null, limit })), ...ofContainers, ...ofPods];
}

function growingView({ container, parent, process, count, zombies, growth }: GrowingHolder) {
  return {
    container: containerRef(container),
    parent: nameOf(parent),
    process: nameOf(process),
    count,
    zombies,
    growth,
  };
}

function nameOf(process: Process | null) {
  if (!process) return null;
  const { pid, id, name, commandLine } = eventProcess(process);
  return { pid, id, name, commandLine };
}
