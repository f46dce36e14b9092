import { accepts } from "hono/accepts";
import * as z from "zod/mini";
import { json, text } from "#http/answer.ts";
import { endpoint } from "#http/endpoint.ts";
import { page } from "#http/routes/page.ts";
import { prettySchema } from "#http/schemas/query.ts";

/** Where to go from here. */
const links = {
  processes: "/processes",
  tree: "/processes?view=tree",
  containers: "/containers",
  targets: "/signal",
  zombies: "/zombies",
  reloads: "/reloads",
  events: "/events",
  readyz: "/readyz",
  doctor: "/doctor",
  metrics: "/metrics",
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
    return page(c);
  },
});
