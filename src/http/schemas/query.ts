import { z } from "zod";
import { durationSchema } from "#http/schemas/duration.ts";

/** `?force`, `?force=true`, `?force=false`. */
export const flagSchema = z
  .enum(["true", "false", "1", "0", ""], { error: "expected true or false" })
  .transform((text) => text !== "false" && text !== "0")
  .meta({ type: "boolean", enum: [true, false] });

export const prettySchema = flagSchema.optional().meta({ description: "A table for people instead of JSON" });

/** The longest that an answer may be waited for. */
const longestWaitMs = 60_000;

export const waitSchema = durationSchema
  .refine((ms) => ms <= longestWaitMs, { error: "expected at most 60s" })
  .meta({
    type: "string",
    example: "5s",
    description: "Answer when the outcome is known or this time is up; 0 answers at once",
  });
