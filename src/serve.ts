import { systemClock } from "#base/clock.ts";
import { UsageError } from "#base/errors.ts";
import type { Log } from "#base/log.ts";
import { isLoopback } from "#base/loopback.ts";
import { version } from "#base/version.ts";
import { explainConfig } from "#config/explain.ts";
import type { LoadedConfig } from "#config/load.ts";
import { type Config, formatListen, type Listen } from "#config/schema.ts";
import { type AgentSettings, createAgent } from "#daemon/agent.ts";
import { type BusLimits, createBus } from "#daemon/bus.ts";
import { createCauses } from "#daemon/causes.ts";
import { createHealth } from "#daemon/health.ts";
import { createWatch } from "#daemon/watch.ts";
import { createApp } from "#http/app.ts";
import { createEventStreams } from "#http/events/streams.ts";
import { type Listener, type RunningServer, startServer } from "#http/server.ts";
import { libcProblem } from "#kernel/libc.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { diagnose } from "#policy/doctor.ts";
import { textFormat, writeText } from "#telemetry/exposition.ts";
import { watchMetrics } from "#telemetry/watch-metrics.ts";

export interface Running {
  /** Where the API listens, as bound. */
  readonly addresses: readonly string[];
  /** Reads the configuration again: all or nothing, the old one stays on error. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** A native sidecar is stopped when the app has ended; requests in flight then have this long (of the 2 s there are). */
const stopGraceMs = 1_500;

/** The composition root: starts in order, stops in reverse. Throws a UsageError for what its user can mend. */
export async function serve(load: () => Promise<LoadedConfig>, log: Log): Promise<Running> {
  let loaded = await load();
  const { config } = loaded;
  log.setLevel(config.log.level);
  const listeners = [...config.listen.map(apiListener), ...(config.probes ? [probesListener(config.probes)] : [])];
  if (libcProblem !== null) {
    log.warn("reduced mode: no pidfds, signals go by pid after a check of the start time", { reason: libcProblem });
  }
  const bus = createBus(systemClock, limitsOf(config), (cause) =>
    log.error("an event listener failed", { cause: String(cause) }),
  );
  const causes = createCauses();
  const root = procRoot();
  const { observer, watcher } = createWatch({ root, clock: systemClock, bus, causes, tickMs: config.watch.tick });
  const agent = createAgent(root, systemClock, settingsOf(config), {
    log,
    bus,
    causes,
    observer,
    catchUp: watcher.catchUp,
  });
  const health = createHealth(agent);
  health.add("watcher", () => watcher.problem());
  const stopping = new AbortController();
  const service = {
    stopping: stopping.signal,
    agent,
    bus,
    streams: createEventStreams({ bus, clock: systemClock, log, stopping: stopping.signal }),
    health,
    clock: systemClock,
    doctor: () => ({
      findings: diagnose({ reduced: libcProblem, watch: watcher.status() }),
      watch: watcher.status(),
    }),
    metrics: () => ({ text: writeText(watchMetrics(watcher.status(), bus.range())), contentType: textFormat }),
    explain: () => explainConfig(loaded),
    version,
  };
  const app = createApp(service, log);
  const servers: RunningServer[] = [];
  const stop = async () => {
    watcher.stop();
    bus.emit({ type: "agent.stopping", data: { version, pid: process.pid } });
    // Whoever waits for an outcome is told what is known by now; streams end with what they were given so far.
    stopping.abort();
    await Promise.all(servers.splice(0).map((server) => server.stop(stopGraceMs)));
  };
  try {
    for (const listener of listeners) servers.push(await startServer(app, listener));
  } catch (cause) {
    await stop();
    throw cause;
  }
  const addresses = servers.map(({ address }) => address);
  // Watching starts when the start can no longer fail: what it holds is given back by stop alone.
  bus.emit({ type: "agent.started", data: { version, pid: process.pid, addresses } });
  watcher.start();
  log.info("sexton serves", { version, addresses, processes: agent.table().processes.length });
  return {
    addresses,
    stop,
    async reload() {
      try {
        const next = await load();
        refuseOtherListeners(loaded.config, next.config);
        agent.configure(settingsOf(next.config));
        bus.limit(limitsOf(next.config));
        log.setLevel(next.config.log.level);
        loaded = next;
        log.info("configuration read again");
      } catch (cause) {
        const reason = cause instanceof UsageError ? cause.message : String(cause);
        log.error("configuration not taken, the old one stays", { reason });
      }
    },
  };
}

function settingsOf({ targets, targetContainer, signals, api }: Config): AgentSettings {
  return { targets, targetContainer, signals: { allow: signals.allow ?? null }, exposeEnviron: api.exposeEnviron };
}

function limitsOf({ events }: Config): BusLimits {
  return { events: events.maxEvents, bytes: events.maxBytes };
}

function apiListener(listen: Listen): Listener {
  if (listen.kind === "unix") return { at: { path: listen.path }, role: "operate" };
  if (isLoopback(listen.hostname)) return { at: listen, role: "operate" };
  throw new UsageError(
    `Cannot listen on ${formatListen(listen)}: whoever reaches that address could signal the pod's processes, and nothing asks who they are. Listen on 127.0.0.1 or a unix:// socket; for the kubelet's probes use --probes.`,
  );
}

function probesListener(listen: Listen): Listener {
  return { at: listen.kind === "unix" ? { path: listen.path } : listen, role: "probe" };
}

function refuseOtherListeners(before: Config, after: Config): void {
  const places = ({ listen, probes, watch }: Config) => JSON.stringify([listen, probes, watch.tick]);
  if (places(before) === places(after)) return;
  throw new UsageError("Cannot change listen, probes or watch.tick while running: restart sexton for that.");
}
