import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import { z } from "zod";
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
    const parameters = [...parametersOf(params, "path"), ...parametersOf(query, "query")];
    const request = body ? { body } : {};
    openAPIRegistry.registerPath({ method, path, summary, tags: [tag], parameters, request, responses } as RouteConfig);
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

/** What a request may carry, from the schema that checks it. */
function parametersOf(schema: z.core.$ZodType | undefined, place: "path" | "query"): object[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" });
  return Object.entries(properties).map(([name, property]) => {
    const { description, example, ...rest } = property as { description?: string; example?: unknown };
    return { name, in: place, required: required.includes(name), description, example, schema: rest };
  });
}
