import { html } from "hono/html";
import stylePath from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
// Files inside of the compiled binary: a pod has no way out to a content delivery network.
import bundlePath from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import * as z from "zod/mini";
import { problem } from "#base/errors.ts";
import { json } from "#http/answer.ts";
import { endpoint } from "#http/endpoint.ts";

export const openApi = endpoint({
  summary: "The OpenAPI 3.1 document",
  tag: "Service",
  handle: async ({ c, document }) => json(c, await document()),
});

export const docs = endpoint({
  summary: "This document, for reading and trying out",
  tag: "Service",
  handle: ({ c }) => {
    c.header("content-security-policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:");
    return c.html(html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>sexton API</title><link rel="stylesheet" href="/docs/style.css"></head>
<body><div id="ui"></div><script src="/docs/bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
`);
  },
});

const start = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#ui", deepLinking: true });\n`;

export const docsAsset = endpoint({
  summary: "The parts of /docs",
  tag: "Service",
  params: z.object({ asset: z.string() }),
  async handle({ c, params }) {
    if (!["style.css", "bundle.js", "start.js"].includes(params.asset))
      return problem("not-found", `Cannot find /docs/${params.asset}.`);
    if (params.asset === "start.js") return c.body(start, 200, { "content-type": "text/javascript" });
    const isStyle = params.asset === "style.css";
    const file = Bun.file(isStyle ? stylePath : bundlePath);
    return c.body(file.stream(), 200, {
      "content-type": isStyle ? "text/css" : "text/javascript",
      "cache-control": "max-age=3600",
    });
  },
});
