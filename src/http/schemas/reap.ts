import * as z from "zod/mini";
import { about, dryRunBodySchema, dryRunSchema, prettySchema } from "#http/schemas/query.ts";
import { processRefSchema } from "#http/schemas/ref.ts";
import { strategies } from "#process/zombie.ts";

const pidsDescription = "These zombies only, by pid or id; default: all";
const strategyDescription = "auto: the mildest that works; wait, nudge (SIGCHLD), adopt (ptrace), terminate-parent";
const minAgeDescription = "Leave younger ones to their parents; default 60 for adopt, 0 for the others";

const refs = z.array(processRefSchema).check(z.minLength(1), z.maxLength(10_000));
const listed = z.pipe(
  z.transform((value) => (typeof value === "string" ? value.split(",").map((part) => part.trim()) : value)),
  refs,
);
const inBody = z.pipe(
  z.transform((value) => {
    if (typeof value === "string") return value.split(",").map((part) => part.trim());
    if (typeof value === "number") return [String(value)];
    return Array.isArray(value) ? value.map((item) => (typeof item === "number" ? String(item) : item)) : value;
  }),
  refs,
);
const seconds = z.number().check(z.gte(0), z.lte(86_400));
const secondsText = z.pipe(
  z.string().check(z.regex(/^\d{1,5}(\.\d{1,3})?$/, "expected a number of seconds")),
  z.transform((text: string) => Number(text)),
);
const strategySchema = about({ description: strategyDescription }, z.optional(z.enum(strategies)));

export const reapQuerySchema = z.strictObject({
  pids: about({ type: "string", example: "31,33-50001", description: pidsDescription }, z.optional(listed)),
  strategy: strategySchema,
  minAgeSeconds: about({ type: "number", description: minAgeDescription }, z.optional(z.pipe(secondsText, seconds))),
  dryRun: dryRunSchema,
  pretty: prettySchema,
});

/** The body of POST /zombies/reap, from JSON or a form; bare text is the strategy. */
export const reapBodySchema = z.strictObject({
  pids: about(
    {
      type: "array",
      items: { type: ["string", "integer"] },
      example: ["31", "33-50001"],
      description: pidsDescription,
    },
    z.optional(inBody),
  ),
  strategy: strategySchema,
  minAgeSeconds: about(
    { type: "number", description: minAgeDescription },
    z.optional(z.union([seconds, z.pipe(secondsText, seconds)])),
  ),
  dryRun: dryRunBodySchema,
});
