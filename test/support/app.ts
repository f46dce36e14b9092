import { createLog } from "#base/log.ts";
import { createAgent } from "#daemon/agent.ts";
import { type BusLimits, createBus, defaultLimits } from "#daemon/bus.ts";
import { createHealth } from "#daemon/health.ts";
import { createApp } from "#http/app.ts";
import type { Role } from "#http/endpoint.ts";
import { createEventStreams } from "#http/events/streams.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { diagnose } from "#policy/doctor.ts";
import { textFormat, writeText } from "#telemetry/exposition.ts";
import { watchMetrics } from "#telemetry/watch-metrics.ts";
import type { Json } from "./binary.ts";

export interface AppOptions {
  readonly role?: Role;
  readonly exposeEnviron?: boolean;
  readonly limits?: BusLimits;
  readonly heartbeatMs?: number;
  readonly stuckMs?: number;
}

/** The API over this machine's own /proc, without a listener. */
export function realApp({
  role = "operate",
  exposeEnviron = false,
  limits = defaultLimits,
  ...times
}: AppOptions = {}) {
  const settings = { targets: {}, targetContainer: undefined, signals: { allow: null }, exposeEnviron };
  const logged: string[] = [];
  const log = createLog((line) => void logged.push(line));
  const bus = createBus(Date.now, limits);
  const agent = createAgent(procRoot(), Date.now, settings, { bus });
  const stopping = new AbortController();
  const streams = createEventStreams({ bus, clock: Date.now, log, stopping: stopping.signal, ...times });
  // Nothing watches here; the app's routes are what is tested.
  const watch = { mechanism: "sweep" as const, watched: 0, swept: 0, unseenIds: 0, tickMs: 20 };
  const service = {
    agent,
    bus,
    streams,
    health: createHealth(agent),
    clock: Date.now,
    explain: () => [],
    doctor: () => ({ findings: diagnose({ reduced: null, watch }), watch }),
    metrics: () => ({ text: writeText(watchMetrics(watch, bus.range())), contentType: textFormat }),
    version: "0.0.0",
    stopping: stopping.signal,
  };
  const app = createApp(service, log);
  const request = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("host")) headers.set("host", "localhost:9099");
    return app.request(path, { ...init, headers }, { role, checkHost: role !== "probe", extendTimeout() {} });
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
