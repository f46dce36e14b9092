import type { MiddlewareHandler } from "hono";
import { problem } from "#base/errors.ts";
import { type Buckets, createBuckets } from "#http/auth/buckets.ts";
import type { HttpEnv, Role } from "#http/endpoint.ts";
import { isHookPath } from "#http/middleware/hook-path.ts";
import { problemResponse } from "#http/problem.ts";
import { createUntaken } from "#http/untaken.ts";
import { type Caller, mayActAs } from "#process/caller.ts";

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
  const untaken = createUntaken();
  const hooks: Buckets = createBuckets(() => performance.now());
  return async function limitsMiddleware(c, next) {
    const caller = c.get("caller");
    c.set("untaken", untaken[caller?.role ?? "probe"]);
    if (!caller) return next();
    // Who may not call one takes nothing from who may; where nobody is asked, at the probes' listener, all may.
    const mayCall = c.env.role === "probe" || mayActAs(caller.role, "operate");
    if (isHookPath(c.req.path) && mayCall && hooks.take(keyOf(caller), hooksPerSecond) > 0) {
      const detail = `Cannot ${c.req.method} ${c.req.path.slice(0, 80)}: hooks take ${hooksPerSecond} calls a second of one caller. Wait: while one runs, one call is enough.`;
      return problemResponse(c, problem("too-many-requests", detail, { retryAfterSeconds: 1 }));
    }
    if (caller.role === "probe" || probes.includes(c.req.path)) return next();
    const { requests, streams, mutations } = current();
    c.set("mostStreams", streams);
    if (underWay[caller.role] >= requests) {
      const detail = `Cannot answer: ${requests} requests of role ${caller.role} are under way. Wait for some of them, or allow more with limits.requests.`;
      return problemResponse(c, problem("too-many-requests", detail, { retryAfterSeconds: 1 }));
    }
    if (c.req.method === "POST") {
      const waitMs = buckets.take(keyOf(caller), mutations);
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

function keyOf({ name, uid, address }: Caller): string {
  return name ?? `uid ${uid} ${address}`;
}
