import type { MiddlewareHandler } from "hono";
import { problem } from "#base/errors.ts";
import { isLoopback } from "#base/loopback.ts";
import type { HttpEnv } from "#http/endpoint.ts";
import { isHookPath } from "#http/middleware/hook-path.ts";
import { problemResponse } from "#http/problem.ts";

/**
 * Keeps browsers of other pages out. A page elsewhere can make a visitor's browser POST to loopback, which shows in
 * Origin and Sec-Fetch-Site (Fetch Metadata), and by DNS rebinding read under a name of its own, which shows in Host.
 * curl and programs send neither of the former. A Unix socket is out of a browser's reach, and probes say nothing.
 */
export function ownHost(): MiddlewareHandler<HttpEnv> {
  return async function ownHostMiddleware(c, next) {
    const isHook = isHookPath(c.req.path);
    // The probes' listener knows whose it is for what acts alone.
    if (!c.env.checkHost && !(isHook && c.env.isOwnHost)) return next();
    const reason =
      foreignHost(c.req.header("host"), c.env.isOwnHost) ??
      (isSafe(c.req.method) && !isHook ? null : foreignPage(c.req.raw.headers));
    if (reason === null) return next();
    const detail = `Cannot ${c.req.method} ${c.req.path.slice(0, 80)}: ${reason}. Call it as localhost or by a name of allowedHosts, and not from another site's page.`;
    return problemResponse(c, problem("forbidden", detail));
  };
}

/** RFC 9110 9.2.1. */
function isSafe(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

function foreignHost(host: string | undefined, isOwn: (hostname: string) => boolean = isLoopback): string | null {
  const name = hostnameOf(host);
  return name !== null && isOwn(name)
    ? null
    : `the Host header says "${(host ?? "").slice(0, 80)}", which is not one of ours`;
}

function foreignPage(headers: Headers): string | null {
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if (site === "cross-site" || site === "same-site")
    return `the browser says that another site asks (Sec-Fetch-Site: ${site})`;
  if (origin === null || origin.replace(/^https?:\/\//, "") === headers.get("host")) return null;
  return `the page that asks comes from "${origin.slice(0, 80)}"`;
}

/** The name or address of `host:port`, without the brackets of IPv6 and the dot of an absolute name. */
function hostnameOf(host: string | undefined): string | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/@\s[\]]+))(?::\d{1,5})?$/.exec(host ?? "");
  return match ? (match[1] ?? (match[2] as string)).toLowerCase().replace(/\.$/, "") : null;
}
