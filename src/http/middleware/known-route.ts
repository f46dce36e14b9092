import type { Context, MiddlewareHandler } from "hono";
import { problem } from "#base/errors.ts";
import { callable } from "#http/callable.ts";
import type { HttpEnv, Method } from "#http/endpoint.ts";
import { isHookPath } from "#http/middleware/hook-path.ts";
import { problemResponse } from "#http/problem.ts";

interface RoutePattern {
  readonly method: Method;
  /** `/processes/{pid}` */
  readonly path: string;
}

/**
 * Answers for paths that are not there (404) and for methods that a path does not take (405): with Allow, and with the
 * curl line that would have worked. The path with the most literal segments decides, so that GET on
 * /processes/17/signal is a wrong method, not a file called "signal".
 */
export function knownRoute(routes: readonly RoutePattern[]): MiddlewareHandler<HttpEnv> {
  const patterns = routes.map(({ method, path }) => ({
    method: method.toUpperCase(),
    path,
    literals: path.split("/").filter((segment) => segment !== "" && !segment.startsWith("{")).length,
    expression: new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`),
  }));
  return async function knownRouteMiddleware(c, next) {
    // RFC 9112 3.2 knows no fragment, and a ?dryRun=true behind one would be lost.
    if (c.req.url.includes("#")) {
      const detail = `Cannot ${c.req.method} ${c.req.path.slice(0, 80)}: there is a "#" in the URL, and what follows it would be lost. Write %23.`;
      return problemResponse(c, problem("bad-request", detail));
    }
    const matching = patterns.filter(({ expression }) => expression.test(c.req.path));
    if (matching.length === 0) {
      const paths = [...new Set(routes.map(({ path }) => path))];
      return problemResponse(
        c,
        problem(
          "not-found",
          `Cannot find ${c.req.path.slice(0, 80)}: there is no such path. The paths are ${paths.join(", ")}.`,
        ),
      );
    }
    const most = Math.max(...matching.map(({ literals }) => literals));
    const methods = matching.filter(({ literals }) => literals === most).map(({ method }) => method);
    // HEAD does what GET does, which for a hook is to act: what is allowed there is said, and that alone.
    const hasHead = !isHookPath(c.req.path);
    const allow = [...new Set(methods.flatMap((method) => (method === "GET" && hasHead ? ["GET", "HEAD"] : [method])))];
    allow.push("OPTIONS");
    if (c.req.method === "OPTIONS") return c.body(null, 204, { allow: allow.join(", ") });
    if (allow.includes(c.req.method)) return next();
    const works = callable(c)({ path: asCalled(c), ...(!methods.includes("GET") && { method: methods[0] as string }) });
    const detail = `Cannot ${c.req.method} ${c.req.path}: it takes ${methods.join(" or ")}. This works: ${works}`;
    return problemResponse(c, problem("method-not-allowed", detail, { allow }));
  };
}

/** Query and all: without its ?dryRun=true a line to paste would do the real thing. */
function asCalled(c: Context<HttpEnv>): string {
  const { pathname, search } = new URL(c.req.url);
  return `${pathname}${search}`;
}
