import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "#http/endpoint.ts";

/** What a page may not do with an answer: guess its type, frame it, embed it elsewhere, tell others where it was. */
const headers = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-resource-policy": "same-origin",
} as const;
const frames = "frame-ancestors 'none'";

/** On every answer. What is not said to be kept is not kept: it is of this moment, and not everybody's. */
export function securityHeaders(): MiddlewareHandler<HttpEnv> {
  return async function securityHeadersMiddleware(c, next) {
    await next();
    const { headers: given } = c.res;
    for (const [name, value] of Object.entries(headers)) given.set(name, value);
    if (!given.has("cache-control")) given.set("cache-control", "no-store");
    const policy = given.get("content-security-policy") ?? "default-src 'none'";
    if (!policy.includes("frame-ancestors")) given.set("content-security-policy", `${policy}; ${frames}`);
  };
}
