import { z } from "zod";
import { type ProblemKind, problemStatus } from "#base/errors.ts";
import { containerRefSchema, idSchema } from "#http/schemas/process.ts";
import { dispositions } from "#process/disposition.ts";

const outcomeSchema = z
  .object({
    status: z.enum(["confirmed", "unconfirmed", "exited", "pending"]),
    evidence: z.array(z.object({ kind: z.string(), detail: z.string() })),
    afterSeconds: z.number(),
    exitCode: z.int().nullable().optional(),
    signal: z.string().nullable().optional(),
    failure: z.string().optional().meta({ description: "what shows that a reload did not take effect" }),
  })
  .meta({ id: "Outcome" });

export const signalReportSchema = z
  .object({
    target: z.string(),
    pid: z.int(),
    id: idSchema,
    container: containerRefSchema.nullable(),
    profile: z.string().nullable(),
    verb: z.string().nullable().meta({ description: "null when a signal was named" }),
    signal: z.string(),
    number: z.int(),
    disposition: z.enum(dispositions),
    sent: z.boolean(),
    sentAt: z.iso.datetime().nullable(),
    dryRun: z.boolean(),
    traceId: z.string().nullable(),
    outcome: outcomeSchema.nullable().meta({ description: "null for a dry run" }),
  })
  .meta({ id: "SignalReport" });

export const targetsSchema = z
  .object({
    targets: z.array(
      z.object({
        name: z.string(),
        pid: z.int().nullable(),
        id: idSchema.nullable(),
        container: containerRefSchema.nullable(),
        profile: z.string().nullable(),
        verbs: z.record(
          z.string(),
          z.object({ signal: z.string(), disposition: z.enum(dispositions).nullable(), willSend: z.boolean() }),
        ),
        problem: z.object({ kind: z.string(), detail: z.string() }).nullable(),
      }),
    ),
    usage: z.array(z.string()),
  })
  .meta({ id: "Targets" });

const kinds = Object.keys(problemStatus) as ProblemKind[];

export const problemSchema = z
  .looseObject({ type: z.string(), title: z.string(), status: z.int(), detail: z.string(), kind: z.enum(kinds) })
  .meta({ id: "Problem" });
