import { createLog } from "#base/log.ts";
import { createAgent } from "#daemon/agent.ts";
import { type BusLimits, createBus, defaultLimits } from "#daemon/bus.ts";
import { createCauses } from "#daemon/causes.ts";
import { createHealth } from "#daemon/health.ts";
import { createHooks } from "#daemon/hooks/hooks.ts";
import { createObserver } from "#daemon/observer.ts";
import { createPids } from "#daemon/pids/pids.ts";
import { noPodNames } from "#daemon/pods/pod-names.ts";
import { lookAround } from "#daemon/surroundings.ts";
import { createUsage } from "#daemon/usage.ts";
import { createZombieCare } from "#daemon/zombies/care.ts";
import { createApp } from "#http/app.ts";
import type { Gate } from "#http/auth/identify.ts";
import type { Role } from "#http/endpoint.ts";
import { createEventStreams } from "#http/events/streams.ts";
import type { RequestLimits } from "#http/middleware/limits.ts";
import type { Service } from "#http/service.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { HookSettings } from "#process/hook.ts";
import type { Pod } from "#process/leave.ts";
import type { Reloads } from "#process/reload.ts";
import { createDoctor } from "#serve/doctor.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import { pidsMetrics } from "#telemetry/pids-metrics.ts";
import { watchMetrics } from "#telemetry/watch-metrics.ts";
import { agentSettings } from "./agent-settings.ts";
import type { Json } from "./binary.ts";
import { createMemoryReloads } from "./reloads.ts";

export interface AppOptions {
  readonly role?: Role;
  readonly gate?: Gate;
  readonly requestLimits?: RequestLimits;
  readonly clientUid?: number;
  readonly uids?: readonly number[];
  readonly exposeEnviron?: boolean;
  readonly limits?: BusLimits;
  readonly heartbeatMs?: number;
  readonly stuckMs?: number;
  readonly reloads?: Reloads;
  readonly hooks?: Readonly<Record<string, HookSettings>>;
  readonly pod?: Pod;
  readonly isOwnHost?: (host: string) => boolean;
  readonly clientAddress?: string;
  readonly scheme?: "http" | "https";
  readonly socketPath?: string;
  readonly settings?: ReturnType<Service["explain"]>;
}

/** The API over this machine's own /proc, without a listener. */
export function realApp({
  role = "operate",
  exposeEnviron = false,
  limits = defaultLimits,
  reloads = createMemoryReloads([]),
  gate,
  requestLimits,
  clientUid,
  uids,
  hooks = {},
  pod = { isInit: false, mayRestart: () => false, restart() {} },
  isOwnHost,
  clientAddress,
  scheme = "http",
  socketPath,
  settings: explained = [],
  ...times
}: AppOptions = {}) {
  const settings = { ...agentSettings, exposeEnviron };
  const logged: string[] = [];
  const log = createLog((line) => void logged.push(line));
  const bus = createBus(Date.now, limits);
  const agent = createAgent(procRoot(), Date.now, settings, { bus });
  const observer = { table: agent.table, live: agent.table };
  const surroundings = { initialNamespace: false };
  const idle = { bus, known: () => 0, surroundings, settings: { podPidsLimit: null } };
  const pids = createPids({ root: procRoot(), clock: Date.now, observer, ...idle });
  const zombies = createZombieCare({
    root: procRoot(),
    clock: Date.now,
    bus,
    causes: createCauses(),
    observer: createObserver(procRoot(), Date.now, lookAround(procRoot(), process.pid)),
    settings: agent.settings,
    originOf: () => "unknown",
  });
  const stopping = new AbortController();
  const streams = createEventStreams({ bus, clock: Date.now, log, stopping: stopping.signal, ...times });
  // Nothing watches here; the app's routes are what is tested.
  const watch = { mechanism: "sweep" as const, watched: 0, swept: 0, unseenIds: 0, tickMs: 20 };
  const service = {
    agent,
    pids,
    strays: { of: () => new Map(), originOf: () => "unknown" as const },
    zombies,
    reloads,
    bus,
    streams,
    health: createHealth(agent),
    clock: Date.now,
    explain: () => explained,
    doctor: createDoctor({
      root: procRoot(),
      pods: noPodNames,
      surroundings: lookAround(procRoot(), process.pid),
      agent,
      pids,
      zombies,
      watcher: { status: () => watch },
      reloads,
      listeners: () => [],
      credentials: () => null,
      delivery: null,
    }),
    metrics: createMetrics({
      build: { version: "0.0.0", revision: null, target: null },
      clock: () => performance.now(),
      bus,
      observer: { ...observer, onScan() {} },
      known: new Map(),
      usage: createUsage(procRoot(), () => performance.now()),
      streams,
      choice: () => ({ perProcess: "all", top: 50 }),
      others: () => [...watchMetrics(watch, bus.range()), ...pidsMetrics(pids.budgets())],
    }),
    hooks: createHooks({
      ...{ agent, reloads, bus, clock: Date.now, monotonic: () => performance.now(), stopping: stopping.signal },
      settings: () => hooks,
      fault: (cause) => void logged.push(String(cause)),
    }),
    pod,
    version: "0.0.0",
    stopping: stopping.signal,
  };
  const app = createApp(service, log, requestLimits && (() => requestLimits));
  const request = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("host")) headers.set("host", "localhost:9099");
    return app.request(
      path,
      { ...init, headers },
      {
        role,
        checkHost: role !== "probe",
        extendTimeout() {},
        clientAddress: () => clientAddress ?? null,
        scheme,
        socketPath: socketPath ?? null,
        gate,
        uids,
        isOwnHost,
        clientUid: clientUid ?? null,
      },
    );
  };
  return {
    agent,
    app,
    bus,
    streams,
    stopping,
    logged,
    request,
    json: async (path: string, init?: RequestInit) => (await (await request(path, init)).json()) as Json,
    post: (path: string, init: RequestInit = {}) => request(path, { method: "POST", ...init }),
  };
}
