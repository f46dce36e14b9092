import {
  type Attributes,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { Context, MiddlewareHandler } from "hono";
import { version } from "#base/version.ts";
import type { HttpEnv } from "#http/endpoint.ts";
import { parseTraceparent, type TraceContext } from "#process/trace-context.ts";

const headerGetter = {
  get: (headers: Headers, key: string) => headers.get(key) ?? undefined,
  keys: (headers: Headers) => [...headers.keys()],
};

/** The methods that HTTP's conventions know; others are one, because a caller may invent as many as it likes. */
const knownMethods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"];

/**
 * A SERVER span around each request that is more than a probe, as a child of the caller's `traceparent`. It ends with the
 * answer's headers: an event stream may be open for hours. Until an SDK is registered the API's tracer does nothing; then
 * what a request causes has the caller's own context, so that whoever traces finds it in the register all the same.
 */
export function tracing(quietPaths: readonly string[]): MiddlewareHandler<HttpEnv> {
  return async function tracingMiddleware(c, next) {
    c.set("trace", null);
    c.set("route", null);
    if (quietPaths.includes(c.req.path)) return next();
    const parent = propagation.extract(ROOT_CONTEXT, c.req.raw.headers, headerGetter);
    const method = knownMethods.includes(c.req.method) ? c.req.method : "_OTHER";
    const attributes = { "http.request.method": method, "url.path": c.req.path, "url.scheme": c.env.scheme ?? "http" };
    const name = method === "_OTHER" ? "HTTP" : method;
    const span = trace.getTracer("sexton", version).startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
    c.set("trace", contextOf(span.spanContext()) ?? parseTraceparent(c.req.header("traceparent") ?? ""));
    if (span.isRecording()) span.setAttributes(requestAttributes(c, method));
    try {
      await next();
    } finally {
      const { status } = c.res;
      const route = c.get("route");
      if (route !== null) span.updateName(`${name} ${route}`).setAttribute("http.route", route);
      span.setAttribute("http.response.status_code", status);
      if (status >= 500) {
        span.setAttribute("error.type", c.error?.name ?? `${status}`).setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    }
    return undefined;
  };
}

function contextOf(found: { traceId: string; spanId: string; traceFlags: number }): TraceContext | null {
  return isSpanContextValid(found) ? { traceId: found.traceId, spanId: found.spanId, flags: found.traceFlags } : null;
}

/** What is not needed to decide about sampling. What is unknown is left out. */
function requestAttributes(c: Context<HttpEnv>, method: string): Attributes {
  const { hostname, port } = new URL(c.req.url);
  return {
    "http.request.method_original": method === "_OTHER" ? c.req.method : undefined,
    "server.address": hostname.replace(/^\[|\]$/g, ""),
    "server.port": port === "" ? undefined : Number(port),
    "client.address": c.env.clientAddress() ?? undefined,
    "user_agent.original": c.req.header("user-agent"),
  };
}
