import * as z from "zod/mini";
import { about, flag, flagSchema, prettySchema } from "#http/schemas/query.ts";

const description = "Decide and report, but do nothing";

export const restartQuerySchema = z.strictObject({ dryRun: flagSchema(description), pretty: prettySchema });

export const restartBodySchema = z.strictObject({
  dryRun: about({ type: "boolean", description }, z.optional(z.union([z.boolean(), flag]))),
});
