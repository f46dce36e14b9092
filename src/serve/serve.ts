import { systemClock } from "#base/clock.ts";
import { UsageError } from "#base/errors.ts";
import type { Log } from "#base/log.ts";
import { build, version } from "#base/version.ts";
import { explainConfig } from "#config/explain.ts";
import type { LoadedConfig } from "#config/load.ts";
import { createAgent } from "#daemon/agent.ts";
import { createBus } from "#daemon/bus.ts";
import { createCauses } from "#daemon/causes.ts";
import { createHealth } from "#daemon/health.ts";
import { createPids } from "#daemon/pids/pids.ts";
import { createTidy } from "#daemon/tidy.ts";
import { createUsage } from "#daemon/usage.ts";
import { createWatch } from "#daemon/watch/watch.ts";
import { createZombieCare } from "#daemon/zombies/care.ts";
import { createApp } from "#http/app.ts";
import { createEventStreams } from "#http/events/streams.ts";
import { type RunningServer, startServer } from "#http/listeners/server.ts";
import { libcProblem } from "#kernel/libc.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { Leave } from "#process/leave.ts";
import type { RunProgram } from "#process/run-program.ts";
import { hideCredentials } from "#process/shown.ts";
import { createDoctor } from "#serve/doctor.ts";
import { createLifecycle } from "#serve/lifecycle.ts";
import { createListeners } from "#serve/listeners.ts";
import { findPlace } from "#serve/place.ts";
import { createReloads } from "#serve/reloads.ts";
import { limitsOf, pidSettingsOf, refuseOtherListeners, refusePrograms, settingsOf } from "#serve/settings.ts";
import { createStop } from "#serve/stop.ts";
import { deliveryMetrics, describeLosses } from "#telemetry/delivery.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import { type OtelEnv, wantsTelemetry } from "#telemetry/otel-env.ts";
import { pidsMetrics } from "#telemetry/pids-metrics.ts";
import { createReloadMetrics } from "#telemetry/reload-metrics.ts";
import { watchMetrics } from "#telemetry/watch-metrics.ts";
import { countZombies } from "#telemetry/zombie-metrics.ts";

export interface Running {
  /** Where the API listens, as bound. */
  readonly addresses: readonly string[];
  /** Reads the configuration again: all or nothing, the old one stays on error. */
  reload(): Promise<void>;
  /** Resolves when sexton is to end of its own accord. */
  readonly leaving: Promise<Leave>;
  /** Stops when there is nobody left to wait for. */
  end(leave: Leave): Promise<void>;
  stop(): Promise<void>;
}

/** What only an init has. */
interface InitPosition {
  /** The process that it is the init of. */
  readonly command: number;
  readonly runProgram: RunProgram;
}

/**
 * The composition root: starts in order, stops in reverse. Throws a UsageError for what its user can mend.
 */
export async function serve(
  first: LoadedConfig,
  load: () => Promise<LoadedConfig>,
  log: Log,
  env: OtelEnv,
  init: InitPosition | null = null,
): Promise<Running> {
  let loaded = first;
  const { config } = loaded;
  const runProgram = init?.runProgram ?? null;
  refusePrograms(config, runProgram);
  log.setLevel(config.log.level);
  hideCredentials(config.api.redactArgs);
  const listeners = await createListeners(config, log);
  if (libcProblem !== null) {
    log.warn("reduced mode: no pidfds, signals go by pid after a check of the start time", { reason: libcProblem });
  }
  const bus = createBus(systemClock, limitsOf(config), (cause) =>
    log.error("an event listener failed", { cause: String(cause) }),
  );
  const telemetry = wantsTelemetry(env)
    ? (await import("#telemetry/otlp/start.ts")).startOtlp({ env, version, log })
    : null;
  const causes = createCauses();
  const root = procRoot();
  const place = findPlace(root, config, init?.command ?? null, log);
  const { observer, watcher, strays, known } = createWatch({
    root,
    clock: systemClock,
    bus,
    causes,
    tickMs: config.watch.tick,
    minAgeMs: () => loaded.config.zombies.minAge,
    ...place,
  });
  const pids = createPids({
    root,
    clock: () => performance.now(),
    observer,
    bus,
    known: watcher.count,
    surroundings: place.surroundings,
    settings: pidSettingsOf(config),
  });
  const agent = createAgent(root, systemClock, settingsOf(loaded, place.isNode), {
    log,
    bus,
    causes,
    observer,
    catchUp: watcher.catchUp,
    pids,
    opensOf: (target) => reloads.opensOf(target),
  });
  const reloads = await createReloads({
    root,
    bus,
    log,
    agent,
    settings: config.watch.watches,
    podName: env["POD_NAME"],
    runProgram,
  });
  const zombies = createZombieCare({
    root,
    clock: systemClock,
    bus,
    causes,
    observer,
    settings: agent.settings,
    originOf: strays.originOf,
    fault: (cause) => log.error("a remedy for zombies failed", { cause: String(cause) }),
  });
  const zombieCounters = countZombies(bus);
  const health = createHealth(agent);
  health.add("watcher", () => watcher.problem());
  health.add("reloads", reloads.problem);
  health.note("credentials", listeners.problem);
  if (telemetry) health.note("telemetry", () => describeLosses(telemetry.status()));
  const tidy = createTidy(root);
  const stopping = new AbortController();
  const streams = createEventStreams({ bus, clock: systemClock, log, stopping: stopping.signal });
  const lifecycle = createLifecycle({
    ...{ bus, log, agent, reloads, observer, surroundings: place.surroundings, stopping: stopping.signal },
    config: () => loaded.config,
  });
  const reloadMetrics = createReloadMetrics(reloads, bus);
  const metrics = createMetrics({
    build,
    clock: () => performance.now(),
    bus,
    observer,
    known,
    usage: createUsage(root, () => performance.now()),
    streams,
    choice: () => loaded.config.metrics,
    others: (table, labels) => [
      ...watchMetrics(watcher.status(), bus.range()),
      ...pidsMetrics(pids.budgets(table)),
      // The newest scan is the table's.
      ...zombieCounters.families(zombies.list(Number.POSITIVE_INFINITY), labels),
      ...reloadMetrics.families(),
      ...deliveryMetrics(telemetry?.status() ?? null),
    ],
  });
  telemetry?.observe({
    bus,
    known,
    observer,
    snapshot: metrics.snapshot,
    unseenIds: () => watcher.status().unseenIds,
    watches: reloadMetrics.figures,
    commandLine: () => loaded.config.telemetry.commandLine,
  });
  const service = {
    stopping: stopping.signal,
    agent,
    pids,
    strays,
    zombies,
    reloads,
    bus,
    streams,
    health,
    clock: systemClock,
    doctor: createDoctor({
      root,
      ...place,
      agent,
      pids,
      zombies,
      watcher,
      reloads,
      listeners: () => listeners.looks(servers.map(({ address }) => address)),
      credentials: listeners.problem,
      delivery: telemetry?.status ?? null,
    }),
    metrics,
    explain: () => explainConfig(loaded),
    hooks: lifecycle.hooks,
    pod: lifecycle.pod,
    version,
  };
  const app = createApp(service, log, () => loaded.config.limits);
  const servers: RunningServer[] = [];
  const loops = [lifecycle, listeners, tidy, pids, zombies, watcher];
  const stop = createStop({ bus, loops, tellers: [reloads, agent], stopping, servers, telemetry });
  try {
    for (const listener of listeners.all) servers.push(await startServer(app, listener, listeners));
  } catch (cause) {
    await stop(null);
    throw cause;
  }
  const addresses = servers.map(({ address }) => address);
  // Watching starts when the start can no longer fail: what it holds is given back by stop alone.
  bus.emit({ type: "agent.started", data: { version, pid: process.pid, run: bus.run, addresses } });
  listeners.start(servers);
  watcher.start();
  pids.start();
  zombies.start();
  reloads.start();
  tidy.start();
  lifecycle.start();
  log.info("sexton serves", { version, addresses, processes: agent.table().processes.length });
  return {
    addresses,
    leaving: lifecycle.leaving,
    end: async (leave) => stop({ leave, waited: await lifecycle.wait(leave) }, lifecycle.stopWithinMs(leave)),
    stop: () => stop(null),
    async reload() {
      try {
        const next = await load();
        refuseOtherListeners(loaded.config, next.config);
        refusePrograms(next.config, runProgram);
        agent.configure(settingsOf(next, place.isNode));
        pids.configure(pidSettingsOf(next.config));
        bus.limit(limitsOf(next.config));
        log.setLevel(next.config.log.level);
        hideCredentials(next.config.api.redactArgs);
        zombies.look();
        await reloads.configure(next.config.watch.watches);
        loaded = next;
        log.info("configuration read again");
      } catch (cause) {
        const reason = cause instanceof UsageError ? cause.message : String(cause);
        log.error("configuration not taken, the old one stays", { reason });
      }
    },
  };
}
