import type { Context } from "hono";
import type * as z from "zod/mini";
import { type Problem, problem } from "#base/errors.ts";
import type { HttpEnv } from "#http/endpoint.ts";
import { parse } from "#http/parse.ts";

/**
 * Reads the body of a mutation: JSON, a form, or bare text, which then is the value of `bareField`. curl's `-d` says
 * "form" whatever it sends, so what that holds decides. Null when there is no body.
 */
export async function readBody<T extends z.ZodMiniType>(
  c: Context<HttpEnv>,
  schema: T,
  bareField: string,
): Promise<z.output<T> | null | Problem> {
  const bytes = await c.req.arrayBuffer();
  const text = new TextDecoder().decode(bytes).trim();
  if (text === "") return null;
  const type = (c.req.header("content-type") ?? "text/plain").split(";")[0]?.trim().toLowerCase() ?? "";
  switch (type) {
    case "application/json":
      return fromJson(text, schema);
    case "application/x-www-form-urlencoded":
    case "text/plain":
      if (text.startsWith("{")) return fromJson(text, schema);
      return fromForm(text, schema, bareField, type);
    default:
      return problem(
        "unsupported-media-type",
        `Cannot read a body of type "${type}": send application/json, application/x-www-form-urlencoded or text/plain.`,
      );
  }
}

async function fromJson<T extends z.ZodMiniType>(text: string, schema: T): Promise<z.output<T> | Problem> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return problem("bad-request", `Cannot read the body as JSON: ${await placeOfError(text)}.`);
  }
  return parse(schema, value, "body");
}

/** JSON.parse of JavaScriptCore does not say where it stopped. */
async function placeOfError(text: string): Promise<string> {
  const { parse: parseJson, printParseErrorCode } = await import("jsonc-parser");
  const errors: { error: number; offset: number; length: number }[] = [];
  parseJson(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (!first) return "it is not valid JSON";
  const before = text.slice(0, first.offset).split("\n");
  const words = printParseErrorCode(first.error)
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  const near = text.slice(first.offset, first.offset + 20);
  return `${words} at line ${before.length}, column ${(before.at(-1) ?? "").length + 1}${near === "" ? "" : `, near ${JSON.stringify(near)}`}`;
}

function fromForm<T extends z.ZodMiniType>(
  text: string,
  schema: T,
  bareField: string,
  type: string,
): z.output<T> | Problem {
  // "RTMIN+3" as a form would read "RTMIN 3", so bare text is taken as it stands.
  const isForm = type === "application/x-www-form-urlencoded" && text.includes("=");
  if (!isForm) return parse(schema, { [bareField]: text }, "body");
  const fields = [...new URLSearchParams(text)];
  const values = Object.fromEntries(fields);
  if (Object.keys(values).length < fields.length)
    return problem("bad-request", "Cannot use the form: a field is given twice.");
  return parse(schema, values, "body");
}
