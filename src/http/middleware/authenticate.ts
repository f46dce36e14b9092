import type { Context, MiddlewareHandler } from "hono";
import { isProblem, type Problem, problem } from "#base/errors.ts";
import { type Gate, identify } from "#http/auth/identify.ts";
import type { HttpEnv } from "#http/endpoint.ts";
import { problemResponse } from "#http/problem.ts";

/** Finds who calls. What they may do is the table of routes' to say. */
export function authenticate(): MiddlewareHandler<HttpEnv> {
  return async function authenticateMiddleware(c, next) {
    const { role, gate = { withoutToken: role, findToken: null } satisfies Gate, clientUid = null, uids } = c.env;
    const who = { address: c.env.clientAddress(), uid: clientUid };
    c.set("caller", { role: "probe", name: null, ...who });
    if (uids && (clientUid === null || !uids.includes(clientUid))) {
      const detail = `Cannot ${c.req.method} ${c.req.path.slice(0, 80)}: user ${clientUid ?? "unknown"} is not one of socket.uids.`;
      return problemResponse(c, problem("forbidden", detail));
    }
    const found = identify(gate, c.req.header("authorization") ?? null);
    // A probe says nothing to nobody; one whose token has been taken away must not look like a sexton that is dead.
    if (isProblem(found)) c.set("badToken", found);
    else c.set("caller", { role: found.role, name: found.name, ...who });
    c.set("mayAsk", !isProblem(found) && found.mayAsk);
    // The page disables what would be refused.
    c.header("sexton-role", c.get("caller")?.role);
    return next();
  };
}

/** RFC 6750 3: with `error` where a token was given, without it where there was none. */
export function challenge(c: Context<HttpEnv>, because: Problem, error: string | null = null): Response {
  const more = error === null ? "" : `, error="${error}"`;
  return problemResponse(c, because, { "www-authenticate": `Bearer realm="sexton"${more}` });
}
