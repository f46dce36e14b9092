import { z } from "zod";

export const indexSchema = z
  .object({ name: z.string(), version: z.string(), links: z.record(z.string(), z.string()) })
  .meta({ id: "Index" });

export const settingsSchema = z
  .object({
    settings: z.array(z.object({ key: z.string(), value: z.any(), source: z.string(), description: z.string() })),
  })
  .meta({ id: "Settings" });

const text = z.string();

export const diagnosisSchema = z
  .object({
    findings: z.array(
      z.object({ severity: z.enum(["error", "warning", "info"]), title: text, seen: text, why: text, fix: text }),
    ),
    watch: z.object({
      mechanism: z.enum(["aio", "timer", "sweep"]),
      watched: z.int(),
      swept: z.int(),
      unseenIds: z.int(),
      tickMs: z.int(),
    }),
  })
  .meta({ id: "Diagnosis" });
