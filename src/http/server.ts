import { chmodSync, lstatSync, rmSync } from "node:fs";
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
  const fetch: Fetch = (request, server) => {
    const extendTimeout: Bindings["extendTimeout"] = (of, seconds) => server.timeout(of, seconds);
    const clientAddress = () => server.requestIP(request)?.address ?? null;
    const bindings: Bindings = { role, checkHost: "port" in at && role !== "probe", extendTimeout, clientAddress };
    return app.fetch(withHost(request), bindings);
  };
  if ("path" in at) await makeWay(at.path);
  try {
    const server = listen(at, fetch);
    const socket = "path" in at ? inodeOf(at.path) : null;
    const bound = "path" in at ? address : address.replace(/:\d+$/, `:${server.port}`);
    return {
      address: bound,
      async stop(graceMs) {
        const finished = server.stop();
        await Promise.race([finished, Bun.sleep(graceMs)]);
        await server.stop(true);
        // A successor may have put a socket of its own there by now.
        if ("path" in at && socket !== null && inodeOf(at.path) === socket) rmSync(at.path, { force: true });
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

/** Removes a socket on which nobody answers, as a killed predecessor leaves it. Whatever else is there stays. */
async function makeWay(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket())
    throw new UsageError(
      `Cannot listen on ${path}: it is there already, and is no socket. Remove it, or choose another with --listen.`,
    );
  if (await answers(path)) throw inUse(path);
  rmSync(path);
}

async function answers(path: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix: path, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

function inodeOf(path: string): number | null {
  return lstatSync(path, { throwIfNoEntry: false })?.ino ?? null;
}

/** HTTP/1.0 knows no Host header, and some load balancers' checks speak it. Bun then hands over a URL without a host. */
function withHost(request: Request): Request {
  return request.headers.has("host") ? request : new Request(new URL(request.url, "http://localhost").href, request);
}

type Fetch = (
  request: Request,
  server: Pick<Bun.Server<undefined>, "timeout" | "requestIP">,
) => Response | Promise<Response>;

function listen(at: Listener["at"], fetch: Fetch) {
  // A body over 64 KiB is answered with 413 by the app, in its own words and before it is read; Bun would say less.
  const options = { fetch, maxRequestBodySize: Number.MAX_SAFE_INTEGER, development: false };
  if (!("path" in at)) return Bun.serve({ ...options, ...at, idleTimeout: idleTimeoutSeconds, reusePort: false });
  const server = Bun.serve({ ...options, unix: at.path });
  chmodSync(at.path, 0o600);
  return server;
}
