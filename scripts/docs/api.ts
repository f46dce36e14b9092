import { problemStatus } from "#base/errors.ts";
import { version } from "#base/version.ts";
import { openApiDocument } from "#http/document/document.ts";
import { routes } from "#http/routes.ts";
import { code, page, table } from "./markdown.ts";
import { type Schema, typeOf } from "./schema-type.ts";

interface Operation {
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly description?: string };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export function apiPage(): string {
  const { paths, components } = openApiDocument(routes, version) as Document;
  const operations = routes.map((route) => ({ ...route, operation: paths[route.path]?.[route.method] as Operation }));
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  return page(
    "The HTTP API",
    "The same as `GET /openapi.json` (OpenAPI 3.1) and `GET /docs` of a running sexton, and `sexton openapi` without one. Times are RFC 3339 in UTC, numbers have their unit in their name, unknown is `null`. `pretty=true`, or an `Accept` that prefers `text/plain`, gives a table for people.",
    ...tags.map((tag) => {
      const own = operations.filter(({ operation }) => operation.tags.includes(tag));
      return [`## ${tag}`, ...own.map(operationPart)].join("\n\n");
    }),
    `## Errors\n\n\`application/problem+json\` (RFC 9457): \`type\`, \`title\`, \`status\`, \`detail\` (what was asked, what was found, what to do) and \`kind\`, which is one of these.\n\n${table(
      ["kind", "status"],
      Object.entries(problemStatus).map(([kind, status]) => [code(kind), String(status)]),
    )}`,
    "## Answers",
    ...Object.entries(components.schemas).map(([name, schema]) => schemaPart(name, schema)),
  );
}

interface Documented {
  readonly method: string;
  readonly path: string;
  readonly role: string;
  readonly onProbes?: true;
  readonly operation: Operation;
}

function operationPart({ method, path, role, onProbes, operation }: Documented): string {
  const { summary, parameters = [], requestBody, responses } = operation;
  const where = onProbes ? ", on the listener for probes too" : "";
  const refused = Object.keys(responses).filter((status) => Number(status) >= 400);
  const answer = Object.entries(responses["200"]?.content ?? {}).map(
    ([type, { schema }]) => `${code(type)}${schema?.$ref ? ` ${typeOf(schema)}` : ""}`,
  );
  return [
    `### ${method.toUpperCase()} ${path}`,
    `${summary}. Role: \`${role}\`${where}.`,
    parameters.length === 0
      ? ""
      : table(
          ["parameter", "in", "type", "meaning"],
          parameters.map(({ name, in: place, schema, description = "" }) => [
            code(name),
            place,
            typeOf(schema),
            description,
          ]),
        ),
    requestBody ? `Body: ${requestBody.description ?? "the same as JSON"}.` : "",
    [
      answer.length === 0 ? "" : `Answers ${answer.join(", ")}.`,
      refused.length === 0 ? "" : `Refused with ${refused.join(", ")}.`,
    ]
      .join(" ")
      .trim(),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function schemaPart(name: string, schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([field, of]) => [
    code(field),
    typeOf(of),
    of.description ?? "",
  ]);
  return `### ${name}\n\n${table(["field", "type", "meaning"], rows)}`;
}
