import type { z } from "zod";
import type { eventListSchema, eventSchema } from "#http/schemas/event.ts";
import type { processDetailSchema, processListSchema } from "#http/schemas/process.ts";
import type { holdReportSchema, reloadReportSchema, reloadsSchema } from "#http/schemas/reload-report.ts";
import type { signalReportSchema, targetsSchema } from "#http/schemas/report.ts";
import type { diagnosisSchema } from "#http/schemas/service.ts";
import type { reapReportSchema, zombiesSchema } from "#http/schemas/zombie.ts";

// What the API answers, from the schemas that its document is printed from.

export type ProcessList = z.infer<typeof processListSchema>;
export type Process = ProcessList["processes"][number];
export type ProcessDetail = z.infer<typeof processDetailSchema>;
export type Zombies = z.infer<typeof zombiesSchema>;
export type Zombie = Zombies["zombies"][number];
export type ReapReport = z.infer<typeof reapReportSchema>;
export type Targets = z.infer<typeof targetsSchema>;
export type Target = Targets["targets"][number];
export type SignalReport = z.infer<typeof signalReportSchema>;
export type Reloads = z.infer<typeof reloadsSchema>;
export type Watch = Reloads["watches"][number];
export type Reload = Reloads["reloads"][number];
export type ReloadReport = z.infer<typeof reloadReportSchema>;
export type HoldReport = z.infer<typeof holdReportSchema>;
export type EventList = z.infer<typeof eventListSchema>;
export type ApiEvent = z.infer<typeof eventSchema>;
export type Diagnosis = z.infer<typeof diagnosisSchema>;
export type Finding = Diagnosis["findings"][number];
