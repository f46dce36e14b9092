import type { Context } from "hono";
import type { HttpEnv } from "#http/endpoint.ts";

interface Called {
  /** With its query. */
  readonly path: string;
  readonly method?: string;
  readonly data?: string;
}

/** Lines to paste that reach this listener as the caller does; what tells who that is (a token, a CA) is the caller's own. */
export function callable(c: Context<HttpEnv>): (called: Called) => string {
  const { socketPath = null, scheme = "http" } = c.env;
  // On a Unix socket a Host header says nothing, whatever it says.
  const host = socketPath === null ? (c.req.header("host") ?? "localhost:9099") : "localhost";
  const base = scheme === "http" ? host : `${scheme}://${host}`;
  return ({ path, method, data }) =>
    [
      "curl",
      ...(socketPath === null ? [] : ["--unix-socket", quoted(socketPath)]),
      ...(method === undefined ? [] : ["-X", method]),
      quoted(`${base}${path}`.replaceAll("'", "%27")),
      ...(data === undefined ? [] : ["-d", quoted(data)]),
    ].join(" ");
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:=[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
