import { context, isSpanContextValid, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "#http/endpoint.ts";

const headerGetter = {
  get: (headers: Headers, key: string) => headers.get(key) ?? undefined,
  keys: (headers: Headers) => [...headers.keys()],
};

/**
 * A SERVER span around each request that is more than a probe, as a child of the caller's `traceparent`. Until an SDK
 * is registered the API's tracer does nothing, and `traceId` is null.
 */
export function tracing(quietPaths: readonly string[]): MiddlewareHandler<HttpEnv> {
  return async function tracingMiddleware(c, next) {
    c.set("traceId", null);
    if (quietPaths.includes(c.req.path)) return next();
    const parent = propagation.extract(context.active(), c.req.raw.headers, headerGetter);
    const attributes = { "http.request.method": c.req.method, "url.path": c.req.path, "url.scheme": "http" };
    const span = trace.getTracer("sexton").startSpan(c.req.method, { kind: SpanKind.SERVER, attributes }, parent);
    if (isSpanContextValid(span.spanContext())) c.set("traceId", span.spanContext().traceId);
    try {
      await next();
    } finally {
      span.setAttribute("http.response.status_code", c.res.status);
      if (c.res.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
    return undefined;
  };
}
