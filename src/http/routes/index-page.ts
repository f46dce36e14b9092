import { accepts } from "hono/accepts";
import { html } from "hono/html";
import * as z from "zod/mini";
import { json, text } from "#http/answer.ts";
import { endpoint } from "#http/endpoint.ts";
import { prettySchema } from "#http/schemas/query.ts";

/** Where to go from here. */
const links = {
  processes: "/processes",
  tree: "/processes?view=tree",
  containers: "/containers",
  targets: "/signal",
  reloads: "/reloads",
  events: "/events",
  readyz: "/readyz",
  config: "/config",
  openapi: "/openapi.json",
  docs: "/docs",
} as const;

export const indexPage = endpoint({
  summary: "Where to go from here: a page for browsers, JSON for curl",
  tag: "Service",
  query: z.strictObject({ pretty: prettySchema }),
  handle({ c, query, service }) {
    const supports = ["application/json", "text/html", "text/plain"];
    const wanted = query.pretty
      ? "text/plain"
      : accepts(c, { header: "Accept", supports, default: "application/json" });
    const entries = Object.entries(links);
    if (wanted === "text/plain") return text(c, entries.map(([name, path]) => `${name.padEnd(12)}${path}\n`).join(""));
    if (wanted === "application/json") return json(c, { name: "sexton", version: service.version, links });
    c.header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
    return c.html(html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>sexton</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}code{font-family:ui-monospace,monospace}</style></head>
<body><h1>sexton ${service.version}</h1>
<ul>${entries.map(([name, path]) => html`<li><a href="${path}">${name}</a> <code>${path}</code></li>`)}</ul>
<p>To reload the main app: <code>curl -X POST ${c.req.header("host") ?? "localhost:9099"}/signal/reload</code></p></body>
</html>
`);
  },
});
