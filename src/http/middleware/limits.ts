import type { MiddlewareHandler } from "hono";
import { problem } from "#base/errors.ts";
import { type Buckets, createBuckets } from "#http/auth/buckets.ts";
import type { HttpEnv, Role } from "#http/endpoint.ts";
import { isHookPath } from "#http/middleware/hook-path.ts";
import { problemResponse } from "#http/problem.ts";

/** Who calls more often is no kubelet. */
const hooksPerSecond = 10;

export interface RequestLimits {
  /** Requests of one role that may be under way at once. */
  readonly requests: number;
  /** Event streams of one role that may be open. */
  readonly streams: number;
  /** Requests that change something, of one caller a second. */
  readonly mutations: number;
}

export const defaultRequestLimits: RequestLimits = { requests: 256, streams: 1_000, mutations: 500 };

/** Each role has a share of its own, so that readers cannot keep an operator out; probes are never refused, whoever asks. */
export function limits(current: () => RequestLimits, probes: readonly string[]): MiddlewareHandler<HttpEnv> {
  const underWay: Record<Role, number> = { probe: 0, read: 0, operate: 0 };
  const buckets: Buckets = createBuckets(() => performance.now());
  const hooks: Buckets = createBuckets(() => performance.now());
  return async function limitsMiddleware(c, next) {
    const caller = c.get("caller");
    const hookWaitMs = isHookPath(c.req.path) ? hooks.take(caller?.address ?? "", hooksPerSecond) : 0;
    if (hookWaitMs > 0) {
      const detail = `Cannot ${c.req.method} ${c.req.path.slice(0, 80)}: hooks take ${hooksPerSecond} calls a second from one address. Wait: while one runs, one call is enough.`;
      return problemResponse(c, problem("too-many-requests", detail, { retryAfterSeconds: 1 }));
    }
    if (!caller || caller.role === "probe" || probes.includes(c.req.path)) return next();
    const { requests, streams, mutations } = current();
    c.set("mostStreams", streams);
    if (underWay[caller.role] >= requests) {
      const detail = `Cannot answer: ${requests} requests of role ${caller.role} are under way. Wait for some of them, or allow more with limits.requests.`;
      return problemResponse(c, problem("too-many-requests", detail, { retryAfterSeconds: 1 }));
    }
    if (c.req.method === "POST") {
      const key = caller.name ?? `uid ${caller.uid} ${caller.address}`;
      const waitMs = buckets.take(key, mutations);
      if (waitMs > 0) {
        const detail = `Cannot ${c.req.method} ${c.req.path.slice(0, 80)}: this caller has changed more than ${mutations} things a second. Wait, or allow more with limits.mutations.`;
        return problemResponse(
          c,
          problem("too-many-requests", detail, { retryAfterSeconds: Math.ceil(waitMs / 1000) }),
        );
      }
    }
    underWay[caller.role]++;
    try {
      return await next();
    } finally {
      underWay[caller.role]--;
    }
  };
}
