import * as z from "zod/mini";
import { dryRunBodySchema, dryRunSchema, prettySchema } from "#http/schemas/query.ts";

export const restartQuerySchema = z.strictObject({ dryRun: dryRunSchema, pretty: prettySchema });

export const restartBodySchema = z.strictObject({ dryRun: dryRunBodySchema });
