import type { MiddlewareHandler } from "hono";
import { problem } from "#base/errors.ts";
import { isLoopback } from "#base/loopback.ts";
import type { HttpEnv } from "#http/endpoint.ts";
import { problemResponse } from "#http/problem.ts";

/**
 * Keeps browsers of other pages out of mutations. A page elsewhere can make a visitor's browser POST to loopback, and
 * by DNS rebinding even under a name of its own: the first shows in Origin and Sec-Fetch-Site (Fetch Metadata), the
 * second in Host. curl and programs send neither of the former.
 */
export function ownHost(hostnames: readonly string[]): MiddlewareHandler<HttpEnv> {
  return async function ownHostMiddleware(c, next) {
    if (c.req.method === "GET" || c.req.method === "HEAD" || c.req.method === "OPTIONS") return next();
    const host = c.req.header("host");
    const reason = foreign(host, c.req.header("origin"), c.req.header("sec-fetch-site"), hostnames);
    if (reason === null) return next();
    return problemResponse(
      c,
      problem(
        "forbidden",
        `Cannot ${c.req.method} ${c.req.path}: ${reason}. Call it as localhost, and not from another site's page.`,
      ),
    );
  };
}

function foreign(
  host: string | undefined,
  origin: string | undefined,
  site: string | undefined,
  own: readonly string[],
): string | null {
  const name = hostnameOf(host);
  if (name === null || !(isLoopback(name) || own.includes(name)))
    return `the Host header says "${host ?? ""}", which is not one of ours`;
  if (site === "cross-site" || site === "same-site")
    return `the browser says that another site asks (Sec-Fetch-Site: ${site})`;
  if (origin !== undefined && origin.replace(/^https?:\/\//, "") !== host)
    return `the page that asks comes from "${origin}"`;
  return null;
}

/** The name or address of `host:port`, without the brackets of IPv6. */
function hostnameOf(host: string | undefined): string | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/@\s[\]]+))(?::\d{1,5})?$/.exec(host ?? "");
  return match ? (match[1] ?? (match[2] as string)).toLowerCase() : null;
}
