import { z } from "zod";

export const indexSchema = z
  .object({ name: z.string(), version: z.string(), links: z.record(z.string(), z.string()) })
  .meta({ id: "Index" });

export const settingsSchema = z
  .object({
    settings: z.array(z.object({ key: z.string(), value: z.any(), source: z.string(), description: z.string() })),
  })
  .meta({ id: "Settings" });
