import * as z from "zod/mini";
import { durationSchema } from "#http/schemas/duration.ts";
import { about, dryRunBodySchema, dryRunSchema, prettySchema, textOrNumber } from "#http/schemas/query.ts";

const forDescription = "So long from now; default 10m, at most 24h";
const longestHoldMs = 24 * 3_600_000;

const holdTime = durationSchema.check(
  z.refine((ms) => ms > 0, "expected more than no time; to end a hold there is /release"),
  z.refine((ms) => ms <= longestHoldMs, "expected at most 24h"),
);
export const watchNameSchema = z.object({
  name: about({ example: "nginx", description: "The name of a watch" }, z.string()),
});

export const reloadQuerySchema = z.strictObject({ dryRun: dryRunSchema, pretty: prettySchema });

/** The body of a reload and of a release. */
export const reloadBodySchema = z.strictObject({ dryRun: dryRunBodySchema });

export const holdQuerySchema = z.strictObject({
  for: about({ type: "string", example: "10m", description: forDescription }, z.optional(holdTime)),
  dryRun: dryRunSchema,
  pretty: prettySchema,
});

/** The body of a hold, from JSON or a form; bare text is how long. */
export const holdBodySchema = z.strictObject({
  for: about(
    { type: ["string", "number"], example: "10m", description: forDescription },
    z.optional(z.pipe(textOrNumber, holdTime)),
  ),
  dryRun: dryRunBodySchema,
});
