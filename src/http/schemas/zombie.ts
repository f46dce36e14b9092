import { z } from "zod";
import { containerNamesSchema, idSchema } from "#http/schemas/process.ts";
import { processRoles } from "#process/process.ts";
import { remedies, zombieCauses } from "#process/zombie.ts";

const parentSchema = z
  .object({
    pid: z.int(),
    id: idSchema,
    name: z.string(),
    container: containerNamesSchema.nullable(),
    role: z.enum(processRoles),
  })
  .nullable()
  .meta({ description: "null: outside of the namespace" });

const zombieSchema = z
  .object({
    pid: z.int(),
    id: idSchema,
    name: z.string(),
    commandLine: z.string().nullable(),
    exitCode: z.int().nullable(),
    signal: z.string().nullable(),
    coreDumped: z.boolean().nullable(),
    since: z.iso.datetime(),
    sinceIsExact: z
      .boolean()
      .meta({ description: "false: it had ended before sexton came; since is when it was found" }),
    ageSeconds: z.number(),
    container: containerNamesSchema.nullable().meta({ description: "The one that it lived in" }),
    origin: z.enum(["main", "exec", "unknown"]).meta({
      description: "Whether it descends from the container's main process, or from an exec probe or session",
    }),
    parent: parentSchema,
    cause: z.enum(zombieCauses),
    remedies: z.array(z.enum(remedies)).meta({ description: "Those that would work here and now, mildest first" }),
    advice: z.string(),
  })
  .meta({ id: "Zombie" });

export const zombiesSchema = z
  .object({
    count: z.int(),
    oldestAgeSeconds: z.number().nullable(),
    observedAt: z.iso.datetime(),
    zombies: z.array(zombieSchema),
    byParent: z.array(z.object({ parent: parentSchema, count: z.int(), perHour: z.number() })),
    strays: z.int().meta({ description: "Living processes that belong to nobody: GET /processes?stray=true" }),
    pids: z.looseObject({
      current: z.int(),
      limit: z.int().nullable(),
      source: z.string().nullable(),
      zombies: z.int(),
      secondsToExhaustion: z.number().nullable(),
    }),
  })
  .meta({ id: "Zombies" });

export const reapReportSchema = z
  .object({
    reaped: z.int(),
    remaining: z.int(),
    dryRun: z.boolean(),
    traceId: z.string().nullable(),
    results: z.array(
      z.object({
        pid: z.int(),
        id: idSchema.nullable(),
        strategy: z.string(),
        outcome: z.enum(["reaped", "gone", "would-reap", "refused", "failed"]),
        detail: z.string(),
        fix: z.string().optional().meta({ description: "Lines for sexton's container that would change a refusal" }),
      }),
    ),
  })
  .meta({ id: "ReapReport" });
