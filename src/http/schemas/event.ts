import { z } from "zod";
import { containerNamesSchema, idSchema } from "#http/schemas/process.ts";
import { eventTypes } from "#process/event.ts";

export const eventSchema = z
  .object({
    id: z.int().meta({ description: "From 1 without gaps; each run of sexton counts anew" }),
    time: z.iso.datetime(),
    type: z.enum(eventTypes),
    process: z
      .object({
        pid: z.int(),
        id: idSchema,
        ppid: z.int(),
        name: z.string(),
        commandLine: z.string().nullable(),
        container: containerNamesSchema.nullable(),
      })
      .nullable()
      .meta({ description: "As it was then" }),
    data: z.record(z.string(), z.any()).meta({ description: "What the type has to say" }),
    traceId: z.string().nullable(),
    cause: z.int().nullable().meta({ description: "The id of the event that led to this one" }),
  })
  .meta({ id: "Event" });

const id = z.int().nullable().meta({ description: "null: there is no event yet" });

const run = z.string().meta({
  description: "The run of sexton that the ids are of: `<run>.<id>` as after resumes across a restart without doubt",
});

export const eventListSchema = z
  .object({ events: z.array(eventSchema), run, oldestId: id, newestId: id })
  .meta({ id: "EventList" });
