import { systemClock } from "#base/clock.ts";
import { UsageError } from "#base/errors.ts";
import type { Log } from "#base/log.ts";
import { version } from "#base/version.ts";
import { explainConfig } from "#config/explain.ts";
import type { LoadedConfig } from "#config/load.ts";
import { createAgent } from "#daemon/agent.ts";
import { createBus } from "#daemon/bus.ts";
import { createCauses } from "#daemon/causes.ts";
import { createHealth } from "#daemon/health.ts";
import { createPids } from "#daemon/pids/pids.ts";
import { lookAround } from "#daemon/surroundings.ts";
import { createTidy } from "#daemon/tidy.ts";
import { createUsage } from "#daemon/usage.ts";
import { createWatch } from "#daemon/watch/watch.ts";
import { createZombieCare } from "#daemon/zombies/care.ts";
import { createApp } from "#http/app.ts";
import { createEventStreams } from "#http/events/streams.ts";
import { type RunningServer, startServer } from "#http/server.ts";
import { libcProblem } from "#kernel/libc.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { diagnose } from "#policy/doctor.ts";
import type { RunProgram } from "#process/run-program.ts";
import { createReloads } from "#serve-reloads.ts";
import {
  limitsOf,
  listenersOf,
  pidSettingsOf,
  refuseOtherListeners,
  refusePrograms,
  settingsOf,
} from "#serve-settings.ts";
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
  stop(): Promise<void>;
}

/** What only an init has. */
interface InitPosition {
  /** The process that it is the init of. */
  readonly command: number;
  readonly runProgram: RunProgram;
}

/** A native sidecar is stopped when the app has ended; requests in flight then have this long (of the 2 s there are). */
const stopGraceMs = 1_500;
const toldWithinMs = 300;
/** A stop takes no longer than this, however telemetry's collector is: the kubelet's default grace is 30 s for all. */
const stopWithinMs = 5_000;

/**
 * The composition root: starts in order, stops in reverse. Throws a UsageError for what its user can mend.
 */
export async function serve(
  load: () => Promise<LoadedConfig>,
  log: Log,
  env: OtelEnv,
  init: InitPosition | null = null,
): Promise<Running> {
  let loaded = await load();
  const { config } = loaded;
  const runProgram = init?.runProgram ?? null;
  refusePrograms(config, runProgram);
  log.setLevel(config.log.level);
  const listeners = listenersOf(config);
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
  const { observer, watcher, strays, known } = createWatch({
    root,
    clock: systemClock,
    bus,
    causes,
    tickMs: config.watch.tick,
    minAgeMs: () => loaded.config.zombies.minAge,
    command: init?.command ?? null,
  });
  const pids = createPids({
    root,
    clock: () => performance.now(),
    observer,
    bus,
    known: watcher.count,
    surroundings: lookAround(root, process.pid),
    settings: pidSettingsOf(config),
  });
  const agent = createAgent(root, systemClock, settingsOf(loaded), {
    log,
    bus,
    causes,
    observer,
    catchUp: watcher.catchUp,
    pids,
    opensOf: (target) => reloads.opensOf(target),
  });
  const reloads = createReloads({
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
  if (telemetry) health.note("telemetry", () => describeLosses(telemetry.status()));
  const tidy = createTidy(root);
  const stopping = new AbortController();
  const streams = createEventStreams({ bus, clock: systemClock, log, stopping: stopping.signal });
  const reloadMetrics = createReloadMetrics(reloads, bus);
  const metrics = createMetrics({
    version,
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
    doctor() {
      // Asked once: the findings are about the status that is shown beside them.
      const [budgets, { zombies: found }, watch] = [pids.budgets(), zombies.report(), watcher.status()];
      return {
        findings: diagnose({ reduced: libcProblem, watch, pids: budgets, zombies: found, watches: reloads.watches() }),
        watch,
      };
    },
    metrics,
    explain: () => explainConfig(loaded),
    version,
  };
  const app = createApp(service, log);
  const servers: RunningServer[] = [];
  const stop = async (withinMs = stopWithinMs) => {
    const deadline = performance.now() + withinMs;
    tidy.stop();
    pids.stop();
    zombies.stop();
    watcher.stop();
    bus.emit({ type: "agent.stopping", data: { version, pid: process.pid } });
    // What is being followed is told as it is known by now, and only then do those go who listen.
    await Promise.race([Promise.all([reloads.stop(), agent.stop()]), Bun.sleep(toldWithinMs)]);
    stopping.abort();
    await Promise.all(servers.splice(0).map((server) => server.stop(stopGraceMs)));
    await telemetry?.shutdown(deadline - performance.now());
  };
  try {
    for (const listener of listeners) servers.push(await startServer(app, listener));
  } catch (cause) {
    await stop(stopGraceMs);
    throw cause;
  }
  const addresses = servers.map(({ address }) => address);
  // Watching starts when the start can no longer fail: what it holds is given back by stop alone.
  bus.emit({ type: "agent.started", data: { version, pid: process.pid, run: bus.run, addresses } });
  watcher.start();
  pids.start();
  zombies.start();
  reloads.start();
  tidy.start();
  log.info("sexton serves", { version, addresses, processes: agent.table().processes.length });
  return {
    addresses,
    stop,
    async reload() {
      try {
        const next = await load();
        refuseOtherListeners(loaded.config, next.config);
        refusePrograms(next.config, runProgram);
        agent.configure(settingsOf(next));
        pids.configure(pidSettingsOf(next.config));
        bus.limit(limitsOf(next.config));
        log.setLevel(next.config.log.level);
        zombies.look();
        reloads.configure(next.config.watch.watches);
        loaded = next;
        log.info("configuration read again");
      } catch (cause) {
        const reason = cause instanceof UsageError ? cause.message : String(cause);
        log.error("configuration not taken, the old one stays", { reason });
      }
    },
  };
}
