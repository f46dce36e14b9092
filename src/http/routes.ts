import type { Endpoint, Method, Role } from "#http/endpoint.ts";
import { listContainers } from "#http/routes/containers.ts";
import { docs, docsAsset, openApi } from "#http/routes/docs.ts";
import { showEvents } from "#http/routes/events.ts";
import { callHook } from "#http/routes/hooks.ts";
import { indexPage } from "#http/routes/index-page.ts";
import { showDoctor } from "#http/routes/insight.ts";
import { showMetrics } from "#http/routes/metrics.ts";
import { pageAsset } from "#http/routes/page.ts";
import { restartPod } from "#http/routes/pod.ts";
import { listProcesses, showProcess, showProcessFile } from "#http/routes/processes.ts";
import { holdReloads, releaseReloads, runReload, showReloads } from "#http/routes/reloads.ts";
import { livez, readyz, showConfig, startupz } from "#http/routes/service.ts";
import { sendSignal, sendVerb, showTargets, signalProcess } from "#http/routes/signals.ts";
import { reapZombies, showZombies } from "#http/routes/zombies.ts";

export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly role: Role;
  /** The listener for probes has it too, which has nothing else and knows nobody: there nobody is asked for a role. */
  readonly onProbes?: true;
  readonly endpoint: Endpoint;
}

/** All that can be called, and by whom. One look shows the attack surface. */
export const routes: readonly Route[] = [
  { method: "get", path: "/", role: "probe", endpoint: indexPage },
  { method: "get", path: "/assets/{asset}", role: "probe", endpoint: pageAsset },
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
  { method: "post", path: "/pod/restart", role: "operate", endpoint: restartPod },
  { method: "get", path: "/events", role: "read", endpoint: showEvents },
  { method: "get", path: "/livez", role: "probe", onProbes: true, endpoint: livez },
  { method: "get", path: "/startupz", role: "probe", onProbes: true, endpoint: startupz },
  { method: "get", path: "/readyz", role: "probe", onProbes: true, endpoint: readyz },
  { method: "get", path: "/healthz", role: "probe", onProbes: true, endpoint: readyz },
  { method: "get", path: "/metrics", role: "read", onProbes: true, endpoint: showMetrics },
  // The one GET that acts: a kubelet's preStop has no other method. It takes nothing but the name.
  { method: "get", path: "/hooks/{name}", role: "operate", onProbes: true, endpoint: callHook },
  { method: "get", path: "/doctor", role: "read", endpoint: showDoctor },
  { method: "get", path: "/config", role: "read", endpoint: showConfig },
  { method: "get", path: "/openapi.json", role: "read", endpoint: openApi },
  { method: "get", path: "/docs", role: "read", endpoint: docs },
  { method: "get", path: "/docs/{asset}", role: "read", endpoint: docsAsset },
];
