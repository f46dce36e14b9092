import type { Endpoint, Method, Role } from "#http/endpoint.ts";
import { listContainers } from "#http/routes/containers.ts";
import { docs, docsAsset, openApi } from "#http/routes/docs.ts";
import { showEvents } from "#http/routes/events.ts";
import { indexPage } from "#http/routes/index-page.ts";
import { showDoctor } from "#http/routes/insight.ts";
import { showMetrics } from "#http/routes/metrics.ts";
import { listProcesses, showProcess, showProcessFile } from "#http/routes/processes.ts";
import { holdReloads, releaseReloads, runReload, showReloads } from "#http/routes/reloads.ts";
import { livez, readyz, showConfig, startupz } from "#http/routes/service.ts";
import { sendSignal, sendVerb, showTargets, signalProcess } from "#http/routes/signals.ts";
import { reapZombies, showZombies } from "#http/routes/zombies.ts";

export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly role: Role;
  readonly endpoint: Endpoint;
}

/** All that can be called, and by whom. One look shows the attack surface. */
export const routes: readonly Route[] = [
  { method: "get", path: "/", role: "read", endpoint: indexPage },
  { method: "get", path: "/processes", role: "read", endpoint: listProcesses },
  { method: "get", path: "/processes/{pid}", role: "read", endpoint: showProcess },
  { method: "get", path: "/processes/{pid}/{file}", role: "read", endpoint: showProcessFile },
  { method: "post", path: "/processes/{pid}/signal", role: "operate", endpoint: signalProcess },
  { method: "get", path: "/containers", role: "read", endpoint: listContainers },
  { method: "get", path: "/signal", role: "read", endpoint: showTargets },
  { method: "post", path: "/signal", role: "operate", endpoint: sendSignal },
  { method: "post", path: "/signal/{verb}", role: "operate", endpoint: sendVerb },
  { method: "get", path: "/zombies", role: "read", endpoint: showZombies },
  { method: "post", path: "/zombies/reap", role: "operate", endpoint: reapZombies },
  { method: "get", path: "/reloads", role: "read", endpoint: showReloads },
  { method: "post", path: "/reloads/{name}", role: "operate", endpoint: runReload },
  { method: "post", path: "/reloads/{name}/hold", role: "operate", endpoint: holdReloads },
  { method: "post", path: "/reloads/{name}/release", role: "operate", endpoint: releaseReloads },
  { method: "get", path: "/events", role: "read", endpoint: showEvents },
  { method: "get", path: "/livez", role: "probe", endpoint: livez },
  { method: "get", path: "/startupz", role: "probe", endpoint: startupz },
  { method: "get", path: "/readyz", role: "probe", endpoint: readyz },
  { method: "get", path: "/healthz", role: "probe", endpoint: readyz },
  { method: "get", path: "/metrics", role: "probe", endpoint: showMetrics },
  { method: "get", path: "/doctor", role: "read", endpoint: showDoctor },
  { method: "get", path: "/config", role: "read", endpoint: showConfig },
  { method: "get", path: "/openapi.json", role: "read", endpoint: openApi },
  { method: "get", path: "/docs", role: "read", endpoint: docs },
  { method: "get", path: "/docs/{asset}", role: "read", endpoint: docsAsset },
];
