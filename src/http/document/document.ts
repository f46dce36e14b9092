import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import { z } from "zod";
import { type Operation, operations, refusals } from "#http/document/operations.ts";
import type { Route } from "#http/routes.ts";

/** The OpenAPI 3.1 document of the table of routes, printed from the schemas that check the requests. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  openAPIRegistry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
    description: "Where auth.tokensFile is set",
  });
  for (const { method, path, role, endpoint } of routes) {
    const { params, query, summary, tag } = endpoint;
    const operation = operations[`${method} ${path}`];
    if (!operation) throw new Error(`internal error: ${method} ${path} is not documented`);
    const { body } = operation;
    const parameters = [...parametersOf(params, "path"), ...parametersOf(query, "query")];
    const isPretty = parameters.some(({ name }) => name === "pretty");
    const responses = { ...refusals(role), ...(isPretty ? withText(operation.responses) : operation.responses) };
    // Without one too, where no tokens are known.
    const security = role === "probe" ? [] : [{ token: [] }, {}];
    const request = body ? { body } : {};
    openAPIRegistry.registerPath({
      method,
      path,
      summary,
      tags: [tag],
      security,
      parameters,
      request,
      responses,
    } as RouteConfig);
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

/** What `pretty` gives, or an Accept that prefers it: the same for people. */
function withText(responses: Operation["responses"]): Operation["responses"] {
  const { 200: success, ...others } = responses;
  if (!success || !("content" in success)) return responses;
  return { ...others, 200: { ...success, content: { ...success.content, "text/plain": { schema: z.string() } } } };
}

/** What a request may carry, from the schema that checks it. */
function parametersOf(schema: z.core.$ZodType | undefined, place: "path" | "query"): { readonly name: string }[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" });
  return Object.entries(properties).map(([name, property]) => {
    const { description, example, ...rest } = property as { description?: string; example?: unknown };
    return { name, in: place, required: required.includes(name), description, example, schema: rest };
  });
}
