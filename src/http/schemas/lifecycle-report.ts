import { z } from "zod";

const time = z.iso.datetime();
const traceId = z.string().nullable();

export const hookReportSchema = z
  .object({
    hook: z.string(),
    status: z.enum(["done", "failed"]),
    detail: z.string(),
    because: z.string().nullable().meta({ description: "The kind of problem that it failed by; null: none" }),
    startedAt: time,
    endedAt: time,
    durationSeconds: z.number(),
    calls: z.int().meta({ description: "How many have called since it began: it was done once for all of them" }),
    traceId,
  })
  .meta({ id: "HookReport" });

export const restartReportSchema = z
  .object({
    exitCode: z.int().meta({ description: "What sexton ends with, for restartPolicyRules" }),
    dryRun: z.boolean(),
    needs: z.string().meta({ description: "What must stand in the pod's manifest for it" }),
    traceId,
  })
  .meta({ id: "RestartReport" });
