import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import { operations } from "#http/document/operations.ts";
import type { Route } from "#http/routes.ts";

/** The OpenAPI 3.1 document of the table of routes, printed from the schemas that check the requests. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  for (const { method, path, endpoint } of routes) {
    const { params, query, summary, tag } = endpoint;
    const operation = operations[`${method} ${path}`];
    if (!operation) throw new Error(`internal error: ${method} ${path} is not documented`);
    const { body, responses } = operation;
    const request = { ...(params ? { params } : {}), ...(query ? { query } : {}), ...(body ? { body } : {}) };
    openAPIRegistry.registerPath({ method, path, summary, tags: [tag], request, responses } as RouteConfig);
  }
  return getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "sexton",
      version,
      description:
        "Signals the processes of a pod, takes care of its zombies and keeps the register of every birth and exit.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/" }],
  });
}
