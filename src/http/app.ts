import { Hono } from "hono";
import { requestId } from "hono/request-id";
import * as z from "zod/mini";
import { isProblem, ProblemError, problem } from "#base/errors.ts";
import type { Log } from "#base/log.ts";
import type { Answer, HttpEnv } from "#http/endpoint.ts";
import { audit } from "#http/middleware/audit.ts";
import { authenticate } from "#http/middleware/authenticate.ts";
import { bodySize } from "#http/middleware/body-size.ts";
import { knownRoute } from "#http/middleware/known-route.ts";
import { defaultRequestLimits, limits, type RequestLimits } from "#http/middleware/limits.ts";
import { ownHost } from "#http/middleware/own-host.ts";
import { permit } from "#http/middleware/permit.ts";
import { securityHeaders } from "#http/middleware/security-headers.ts";
import { tracing } from "#http/middleware/tracing.ts";
import { parse } from "#http/parse.ts";
import { problemResponse } from "#http/problem.ts";
import { type Route, routes } from "#http/routes.ts";
import type { Service } from "#http/service.ts";

/** The whole API as one hono app; the listener that a request came in by says what its caller may do. */
export function createApp(
  service: Service,
  log: Log,
  requestLimits: () => RequestLimits = () => defaultRequestLimits,
): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  const probes = routes.filter(({ onProbes }) => onProbes).map(({ path }) => path);
  app.use(requestId());
  app.use(tracing(probes));
  app.use(securityHeaders());
  app.use(audit(service.bus.emit, () => performance.now()));
  app.use(ownHost());
  app.use(authenticate());
  app.use(knownRoute(routes));
  app.use(limits(requestLimits, probes));
  app.use(bodySize());
  for (const route of routes) register(app, route, service);
  app.onError((error, c) => {
    if (error instanceof ProblemError) return problemResponse(c, error.problem);
    log.error("a request failed", {
      path: c.req.path,
      requestId: c.get("requestId"),
      error: error.stack ?? String(error),
    });
    return problemResponse(
      c,
      problem(
        "internal",
        `Cannot answer ${c.req.method} ${c.req.path}: an internal error, logged with request id ${c.get("requestId")}.`,
      ),
    );
  });
  return app;
}

function register(app: Hono<HttpEnv>, route: Route, service: Service): void {
  const { method, path, endpoint } = route;
  const { handle, params, query } = endpoint;
  app.on(method.toUpperCase(), path.replace(/\{([^}]+)\}/g, ":$1"), async (c) => {
    c.set("route", path);
    const refused = permit(c, route);
    if (refused) return refused;
    const result = await respond();
    return result instanceof Response ? result : problemResponse(c, result);

    async function respond(): Promise<Answer> {
      const checkedParams = parse(params ?? z.any(), c.req.param(), "path");
      if (isProblem(checkedParams)) return checkedParams;
      const twice = Object.entries(c.req.queries()).find(([, values]) => values.length > 1);
      if (twice)
        return problem("bad-request", `Cannot use "${twice[0]}" of the query: it is given ${twice[1].length} times.`);
      const checkedQuery = parse(query ?? z.strictObject({}), c.req.query(), "query");
      return isProblem(checkedQuery)
        ? checkedQuery
        : handle({ c, params: checkedParams, query: checkedQuery, service, document: () => documentOf(service) });
    }
  });
}

/** On demand, with the schemas of the answers: serving does not need them, and they take 3 MB. */
async function documentOf({ version }: Service): Promise<object> {
  const { openApiDocument } = await import("#http/document/document.ts");
  return openApiDocument(routes, version);
}
