import { z } from "zod";
import { pidSources } from "#process/pid-source.ts";

/** How near a limit of pids is: PidBudget of policy/pids.ts. */
export const pidBudgetFields = {
  current: z.int().meta({ description: "Threads, and zombies until they are collected" }),
  limit: z.int().nullable().meta({ description: "null: no limit is known" }),
  source: z.enum(pidSources).nullable().meta({ description: "What the limit is" }),
  counts: z.enum(["container", "pod", "namespace", "node"]).meta({ description: "Whose tasks current is" }),
  percent: z.number().nullable(),
  zombies: z.int(),
  growthPerHour: z
    .number()
    .nullable()
    .meta({ description: "Over the last ten minutes; 0: no trend, null: less than a minute of history" }),
  secondsToExhaustion: z.int().nullable().meta({ description: "At that growth; null: nothing grows, or not known" }),
};
