import { chmodSync, rmSync } from "node:fs";
import type { Hono } from "hono";
import { UsageError } from "#base/errors.ts";
import type { Bindings, HttpEnv, Role } from "#http/endpoint.ts";

/** Where to listen, and what callers there may do. */
export interface Listener {
  readonly at: { readonly hostname: string; readonly port: number } | { readonly path: string };
  readonly role: Role;
}

export interface RunningServer {
  /** `127.0.0.1:9099` or the socket's path. */
  readonly address: string;
  /** Stops accepting, and lets requests in flight finish until `graceMs` are over. */
  stop(graceMs: number): Promise<void>;
}

/** Longer than the heartbeat of any stream; a connection that is quiet for longer is closed. */
const idleTimeoutSeconds = 60;

/** Throws a UsageError when the address cannot be had. */
export async function startServer(app: Hono<HttpEnv>, { at, role }: Listener): Promise<RunningServer> {
  const address = "path" in at ? at.path : `${at.hostname.includes(":") ? `[${at.hostname}]` : at.hostname}:${at.port}`;
  const fetch = (request: Request, server: { timeout(request: Request, seconds: number): void }) => {
    const bindings: Bindings = { role, extendTimeout: (of, seconds) => server.timeout(of, seconds) };
    return app.fetch(request, bindings);
  };
  if ("path" in at && (await answers(at.path))) throw inUse(address);
  try {
    const server = listen(at, fetch);
    const bound = "path" in at ? address : address.replace(/:\d+$/, `:${server.port}`);
    return {
      address: bound,
      async stop(graceMs) {
        const finished = server.stop();
        await Promise.race([finished, Bun.sleep(graceMs)]);
        await server.stop(true);
        if ("path" in at) rmSync(at.path, { force: true });
      },
    };
  } catch (cause) {
    const reason =
      (cause as { code?: string }).code === "EADDRINUSE" ? "the address is in use" : (cause as Error).message;
    throw new UsageError(`Cannot listen on ${address}: ${reason}. Choose another with --listen or --probes.`, {
      cause,
    });
  }
}

function inUse(address: string, cause?: unknown): UsageError {
  return new UsageError(
    `Cannot listen on ${address}: the address is in use. Choose another with --listen or --probes.`,
    { cause },
  );
}

/** Whether somebody listens on a socket that is already there; one that a killed predecessor left does not answer. */
async function answers(path: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix: path, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

type Fetch = (
  request: Request,
  server: { timeout(request: Request, seconds: number): void },
) => Response | Promise<Response>;

function listen(at: Listener["at"], fetch: Fetch) {
  // A body over 64 KiB is answered with 413 by the app, in its own words; Bun's limit is only the net under that.
  const options = { fetch, maxRequestBodySize: 1024 * 1024, development: false };
  if (!("path" in at)) return Bun.serve({ ...options, ...at, idleTimeout: idleTimeoutSeconds, reusePort: false });
  // Nobody answers there: what a killed predecessor left behind would be in the way.
  rmSync(at.path, { force: true });
  const server = Bun.serve({ ...options, unix: at.path });
  chmodSync(at.path, 0o600);
  return server;
}
