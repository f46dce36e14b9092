import type { Hono } from "hono";
import { UsageError } from "#base/errors.ts";
import type { Gate } from "#http/auth/identify.ts";
import type { TlsMaterial } from "#http/auth/tls.ts";
import type { Bindings, HttpEnv, Role } from "#http/endpoint.ts";
import { stopAll } from "#http/listeners/stop-all.ts";
import { type Steer, serveTls } from "#http/listeners/tls-server.ts";
import { listenWithPeers } from "#http/listeners/unix-front.ts";
import { bindAs, makeWay, remover } from "#http/listeners/unix-socket.ts";

/** Where to listen, and what callers there may do. */
export interface Listener {
  readonly at: { readonly hostname: string; readonly port: number } | { readonly path: string };
  /** The most that anybody may do here. */
  readonly role: Role;
  readonly gate?: Gate;
  /** Null: a Host header need not be ours. */
  readonly isOwnHost?: ((host: string) => boolean) | null;
  readonly tls?: TlsMaterial | null;
  /** Of a Unix socket. */
  readonly mode?: number;
  /** Null: whoever the mode lets in. */
  readonly uids?: readonly number[] | null;
}

export interface RunningServer {
  /** `127.0.0.1:9099` or the socket's path. */
  readonly address: string;
  /** From now on for connections that are made; those that there are go on as they began. */
  renew(tls: TlsMaterial): void;
  /** Stops accepting, and lets requests in flight finish until `graceMs` are over. */
  stop(graceMs: number): Promise<void>;
}

/** What only the composition root has. */
export interface ServerMeans {
  /** Of the process at the other end of a Unix socket's connection; null: there is no way to tell. */
  readonly peerUid: ((fd: number) => number | null) | null;
  /** Null: there is no way. */
  readonly steer: Steer | null;
}

/** A connection that is quiet for longer is closed, and so is one that takes longer to send a request. */
const idleTimeoutSeconds = 30;

type Fetch = (
  request: Request,
  server: Pick<Bun.Server<undefined>, "timeout" | "requestIP">,
) => Response | Promise<Response>;

/** Throws a UsageError when the address cannot be had. */
export async function startServer(
  app: Hono<HttpEnv>,
  listener: Listener,
  means: ServerMeans = { peerUid: null, steer: null },
): Promise<RunningServer> {
  const { at } = listener;
  const address = addressOf(at);
  if ("path" in at) await makeWay(at.path);
  try {
    return "path" in at
      ? startUnix(app, listener, at.path, means.peerUid)
      : await startTcp(app, listener, at, means.steer);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const reason =
      (cause as { code?: string }).code === "EADDRINUSE" ? "the address is in use" : (cause as Error).message;
    throw new UsageError(`Cannot listen on ${address}: ${reason}. Choose another with --listen or --probes.`, {
      cause,
    });
  }
}

function addressOf(at: Listener["at"]): string {
  if ("path" in at) return at.path;
  return `${at.hostname.includes(":") ? `[${at.hostname}]` : at.hostname}:${at.port}`;
}

async function startTcp(
  app: Hono<HttpEnv>,
  listener: Listener,
  at: { hostname: string; port: number },
  steer: Steer | null,
): Promise<RunningServer> {
  const options = { ...optionsOf(fetchOf(app, listener, null)), ...at };
  const server = listener.tls
    ? await serveTls(options, listener.tls, steer)
    : renewable(Bun.serve({ ...options, reusePort: false }));
  return { ...server, address: addressOf({ ...at, port: server.port as number }) };
}

function renewable(server: Bun.Server<undefined>) {
  return { port: server.port, renew() {}, stop: (graceMs: number) => stopAll([server], graceMs) };
}

function startUnix(
  app: Hono<HttpEnv>,
  listener: Listener,
  path: string,
  peerUid: ServerMeans["peerUid"],
): RunningServer {
  const mode = listener.mode ?? 0o600;
  const serve = (at: string, uid: number | null) =>
    // Bun takes the idle timeout here too (Bun 1.4.5); its types say otherwise.
    Bun.serve({ ...optionsOf(fetchOf(app, listener, uid)), unix: at } as never) as Bun.Server<undefined>;
  if (!peerUid && listener.uids) {
    throw new UsageError(
      `Cannot listen on ${path}: socket.uids is set, and without FFI nobody tells who calls. Leave it out; the mode of the socket decides then.`,
    );
  }
  const server = peerUid
    ? listenWithPeers({ path, mode, peerUid, uids: listener.uids ?? null, serve })
    : renewable(bindAs(path, mode, () => serve(path, null)));
  const remove = remover(path);
  return {
    address: path,
    renew() {},
    async stop(graceMs) {
      await server.stop(graceMs);
      remove();
    },
  };
}

function fetchOf(app: Hono<HttpEnv>, listener: Listener, clientUid: number | null): Fetch {
  const { role, at, gate, isOwnHost, uids, tls } = listener;
  return (request, server) => {
    const extendTimeout: Bindings["extendTimeout"] = (of, seconds) => server.timeout(of, seconds);
    const clientAddress = () => server.requestIP(request)?.address ?? null;
    const bindings: Bindings = {
      role,
      scheme: tls ? "https" : "http",
      socketPath: "path" in at ? at.path : null,
      checkHost: "port" in at && role !== "probe",
      extendTimeout,
      clientAddress,
      clientUid,
      gate,
      isOwnHost: isOwnHost ?? undefined,
      uids: uids ?? undefined,
    };
    return app.fetch(withHost(request), bindings);
  };
}

/** HTTP/1.0 knows no Host header, and some load balancers' checks speak it. Bun then hands over a URL without a host. */
function withHost(request: Request): Request {
  return request.headers.has("host") ? request : new Request(new URL(request.url, "http://localhost").href, request);
}

function optionsOf(fetch: Fetch) {
  // A body over 64 KiB is answered with 413 by the app, in its own words and before it is read; Bun would say less.
  const maxRequestBodySize = Number.MAX_SAFE_INTEGER;
  return { fetch, maxRequestBodySize, development: false, idleTimeout: idleTimeoutSeconds };
}
