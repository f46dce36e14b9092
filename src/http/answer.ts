import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { HttpEnv } from "#http/endpoint.ts";
import { whole } from "#http/slices.ts";

/** JSON with a newline at its end, because people read it in a terminal. */
export function json(c: Context<HttpEnv>, value: unknown): Response {
  return whole(c, `${JSON.stringify(value)}\n`, { "content-type": "application/json" });
}

export const textType = "text/plain; charset=utf-8";

export function text(c: Context<HttpEnv>, value: string): Response {
  return whole(c, value, { "content-type": textType });
}

/** What a person at a shell wants where it was asked for (`?pretty=true`, or an Accept that prefers text), else JSON. */
export function answer(
  c: Context<HttpEnv>,
  pretty: boolean | undefined,
  forPeople: () => string,
  value: () => unknown,
): Response {
  return (pretty ?? prefersText(c)) ? text(c, forPeople()) : json(c, value());
}

function prefersText(c: Context<HttpEnv>): boolean {
  const supports = ["application/json", "text/plain"];
  return accepts(c, { header: "Accept", supports, default: "application/json" }) === "text/plain";
}
