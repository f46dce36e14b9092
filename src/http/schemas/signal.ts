import { z } from "zod";
import { flagSchema, prettySchema, waitSchema } from "#http/schemas/query.ts";

export const signalQuerySchema = z.strictObject({
  target: z.string().optional().meta({ description: "A configured or discovered target; default: the one main app" }),
  force: flagSchema.optional().meta({ description: "Send although nothing handles it" }),
  dryRun: flagSchema.optional().meta({ description: "Decide and report, but send nothing" }),
  wait: waitSchema.optional(),
  pretty: prettySchema,
});

const bodyFlag = z.union([z.boolean(), flagSchema]);

/** The body of a mutation on signals, from JSON or a form. */
export const signalBodySchema = z
  .strictObject({
    verb: z.string().optional().meta({ example: "reload" }),
    signal: z
      .union([z.string(), z.int().transform(String)])
      .optional()
      .meta({ type: "string", example: "HUP" }),
    target: z.string().optional(),
    pid: z
      .union([z.int().transform(String), z.string()])
      .optional()
      .meta({ type: "string", example: "17-49123", description: "A pid or an id, instead of a target" }),
    force: bodyFlag.optional().meta({ type: "boolean" }),
    dryRun: bodyFlag.optional().meta({ type: "boolean" }),
    wait: z
      .union([z.number().transform(String), z.string()])
      .pipe(waitSchema)
      .optional()
      .meta({ type: "string", example: "5s" }),
  })
  .meta({ id: "SignalRequest" });
