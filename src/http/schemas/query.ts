import * as z from "zod/mini";
import { durationSchema } from "#http/schemas/duration.ts";
import { type EventPosition, parsePosition, positionPattern } from "#process/event-position.ts";

// What checks requests is zod/mini: it is in memory as long as sexton runs, and a schema takes a tenth there of what it
// takes in zod. What only describes answers is zod, and loaded with the document (document/operations.ts).

/** What the document says of a schema beside what can be read from it: a description, an example, another type. */
export function about<T extends z.ZodMiniType>(meta: z.core.GlobalMeta, schema: T): T {
  z.globalRegistry.add(schema, meta);
  return schema;
}

/** `?force`, `?force=true`, `?force=false`. */
const flag = z.pipe(
  z.enum(["true", "false", "1", "0", ""], "expected true or false"),
  z.transform((text: "true" | "false" | "1" | "0" | "") => text !== "false" && text !== "0"),
);

export const flagSchema = (description: string) =>
  about({ type: "boolean", enum: [true, false], description }, z.optional(flag));

/** The same in a body, where JSON has it as what it is. */
export const bodyFlagSchema = (description: string) =>
  about({ type: "boolean", description }, z.optional(z.union([z.boolean(), flag])));

const dryRunDescription = "Decide and report, but do nothing";

export const dryRunSchema = flagSchema(dryRunDescription);
export const dryRunBodySchema = bodyFlagSchema(dryRunDescription);

export const textSchema = (description: string) => about({ description }, z.optional(z.string()));

/** In a body: JSON may have what looks like a number as one. */
export const textOrNumber = z.union([
  z.string(),
  z.pipe(
    z.number(),
    z.transform((value: number) => String(value)),
  ),
]);

const whole = z.pipe(
  z.string().check(z.regex(/^\d{1,10}$/, "expected a whole number")),
  z.transform((text: string) => Number(text)),
);

export const wholeSchema = (description: string) => about({ type: "integer", description }, z.optional(whole));

export const position = z.pipe(
  z
    .string()
    .check(z.regex(positionPattern, "expected the id of an event, such as 500, or k3f9ab.500 with the run it is of")),
  // What the pattern lets through can be parsed.
  z.transform((text: string) => parsePosition(text) as EventPosition),
);

export const positionSchema = (description: string) => about({ description }, z.optional(position));

export const prettySchema = flagSchema("A table for people instead of JSON");

/** The longest that an answer may be waited for. */
const longestWaitMs = 60_000;

export const waitSchema = durationSchema.check(z.refine((ms) => ms <= longestWaitMs, "expected at most 60s"));
