import * as z from "zod/mini";
import {
  about,
  bodyFlagSchema,
  flagSchema,
  prettySchema,
  textOrNumber,
  textSchema,
  waitSchema,
} from "#http/schemas/query.ts";

const forceDescription = "Send although nothing handles it";
const dryRunDescription = "Decide and report, but send nothing";
const waitDescription = "Answer when the outcome is known or this time is up; 0 answers at once";

export const signalQuerySchema = z.strictObject({
  target: textSchema("A configured or discovered target; default: the one main app"),
  force: flagSchema(forceDescription),
  dryRun: flagSchema(dryRunDescription),
  wait: about({ type: "string", example: "5s", description: waitDescription }, z.optional(waitSchema)),
  pretty: prettySchema,
});

/** For one process, which the path names, the verb may stand in the query. */
export const processSignalQuerySchema = z.extend(signalQuerySchema, {
  verb: textSchema("The verb, where the body has none"),
  signal: textSchema("The same, by the name of a signal"),
});

/** The body of a mutation on signals, from JSON or a form. */
export const signalBodySchema = z.strictObject({
  verb: about({ example: "reload" }, z.optional(z.string())),
  signal: about({ example: "HUP" }, z.optional(textOrNumber)),
  target: textSchema("A configured or discovered target; default: the one main app"),
  pid: about({ example: "17-49123", description: "A pid or an id, instead of a target" }, z.optional(textOrNumber)),
  force: bodyFlagSchema(forceDescription),
  dryRun: bodyFlagSchema(dryRunDescription),
  wait: about({ example: "5s", description: waitDescription }, z.optional(z.pipe(textOrNumber, waitSchema))),
});
