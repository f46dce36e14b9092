import type { Context, MiddlewareHandler } from "hono";
import type { Clock } from "#base/clock.ts";
import type { ProblemKind } from "#base/errors.ts";
import { createSample } from "#base/sample.ts";
import type { HttpEnv } from "#http/endpoint.ts";
import { isHookPath } from "#http/middleware/hook-path.ts";
import type { EventDraft } from "#process/event.ts";

/** A flood of refused requests must not drive the rest out of the register: at first so many are told, then one each. */
const atOnce = 50;
const eachMs = 10_000;
const longestText = 200;

/**
 * Tells who was refused what, where nobody else does: requests that would have changed something. What they carried is not
 * told but for the path, since it may be a secret at the wrong place.
 */
export function audit(emit: (draft: EventDraft) => void, clock: Clock): MiddlewareHandler<HttpEnv> {
  const sample = createSample(clock, { atOnce, eachMs });
  return async function auditMiddleware(c, next) {
    await next();
    if (c.res.status < 400 || c.get("told")) return;
    if (["GET", "HEAD", "OPTIONS"].includes(c.req.method) && !isHookPath(c.req.path)) return;
    const data = { ...refusal(c), caller: c.get("caller") };
    const unsaid = sample();
    if (unsaid === null) return;
    emit({ type: "request.refused", data: { ...data, unsaid }, trace: c.get("trace") });
  };
}

function refusal(c: Context<HttpEnv>) {
  const { kind, detail } = c.get("refusal") ?? { kind: null, detail: null };
  const isForm = kind !== null && forms.includes(kind);
  return {
    method: c.req.method.slice(0, 16),
    path: c.req.path.slice(0, longestText),
    status: c.res.status,
    kind,
    detail: detail === null || isForm ? null : detail.slice(0, 2 * longestText),
  };
}

/** Their sentences quote what was sent. */
const forms: readonly ProblemKind[] = ["bad-request", "method-not-allowed", "unsupported-media-type", "not-found"];
