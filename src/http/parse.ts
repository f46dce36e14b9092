import type * as z from "zod/mini";
import { alike } from "#base/closest.ts";
import { type Problem, problem } from "#base/errors.ts";

/**
 * Checks what came from outside against its schema. An unknown name is refused, with the nearest known one: ignoring
 * `?dryrun=true` would send the signal that it was to hold back.
 */
export function parse<T extends z.ZodMiniType>(
  schema: T,
  value: unknown,
  where: "query" | "body" | "path",
): z.output<T> | Problem {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (!issue) return problem("bad-request", `Cannot use the ${where}`);
  if (issue.code === "unrecognized_keys") return unknownName(String(issue.keys[0]), schema, where);
  const name = issue.path.join(".");
  return problem(
    "bad-request",
    `Cannot use ${name === "" ? `the ${where}` : `"${name}" of the ${where}`}: ${issue.message}.`,
    { parameter: name },
  );
}

function unknownName(name: string, schema: z.ZodMiniType, where: string): Problem {
  const known = Object.keys((schema.def as { shape?: object }).shape ?? {});
  const nearest = alike(name, known);
  const meant = nearest === null ? "" : `Did you mean "${nearest}"? `;
  const hint = known.length === 0 ? "It takes none." : `${meant}It takes ${known.join(", ")}.`;
  return problem("bad-request", `Cannot use "${name}" of the ${where}: there is no such name. ${hint}`, {
    parameter: name,
    nearest,
  });
}
