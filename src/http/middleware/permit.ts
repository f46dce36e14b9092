import type { Context } from "hono";
import { problem } from "#base/errors.ts";
import type { HttpEnv } from "#http/endpoint.ts";
import { challenge } from "#http/middleware/authenticate.ts";
import { problemResponse } from "#http/problem.ts";
import type { Route } from "#http/routes.ts";
import { mayActAs } from "#process/caller.ts";

/** Whether the caller's role is enough for a route of the table; the answer that says no, or null. */
export function permit(c: Context<HttpEnv>, { role, onProbes }: Pick<Route, "role" | "onProbes">): Response | null {
  const what = `Cannot ${c.req.method} ${c.req.path.slice(0, 80)}`;
  if (c.env.role === "probe") {
    if (onProbes) return null;
    const detail = `${what} here: this listener has probes, metrics and hooks only, and that needs ${role}. Use the main listener.`;
    return problemResponse(c, problem("forbidden", detail, { role }));
  }
  const caller = c.get("caller");
  if (caller && mayActAs(caller.role, role)) return null;
  const bad = c.get("badToken");
  if (bad) return challenge(c, bad, "invalid_token");
  if (c.get("mayAsk")) {
    const detail = `${what} without a token: it needs role ${role}. Send Authorization: Bearer TOKEN, of a token in auth.tokensFile.`;
    return challenge(c, problem("unauthorized", detail, { role }));
  }
  const who = caller?.name ? `token ${caller.name}` : "this caller";
  const detail = `${what}: it needs role ${role}, and ${who} has ${caller?.role ?? "none"}.`;
  return problemResponse(c, problem("forbidden", detail, { role }));
}
