import { createLog } from "#base/log.ts";
import { createAgent } from "#daemon/agent.ts";
import { createHealth } from "#daemon/health.ts";
import { createApp } from "#http/app.ts";
import type { Role } from "#http/endpoint.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { Json } from "./binary.ts";

/** The API over this machine's own /proc, without a listener. */
export function realApp({ role = "operate" as Role, exposeEnviron = false } = {}) {
  const settings = { targets: {}, targetContainer: undefined, signals: { allow: null }, exposeEnviron };
  const agent = createAgent(procRoot(), Date.now, settings);
  const service = {
    agent,
    health: createHealth(agent),
    clock: Date.now,
    explain: () => [],
    version: "0.0.0",
    stopping: new AbortController().signal,
  };
  const logged: string[] = [];
  const app = createApp(
    service,
    createLog((line) => void logged.push(line)),
  );
  const request = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("host")) headers.set("host", "localhost:9099");
    return app.request(path, { ...init, headers }, { role, checkHost: role !== "probe", extendTimeout() {} });
  };
  return {
    agent,
    logged,
    request,
    json: async (path: string, init?: RequestInit) => (await (await request(path, init)).json()) as Json,
    post: (path: string, init: RequestInit = {}) => request(path, { method: "POST", ...init }),
  };
}
