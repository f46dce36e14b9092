import { z } from "zod";

const time = z.iso.datetime();
const hash = z.string().meta({ description: "The first 12 digits of SHA-256 over names and contents" });
const generation = z
  .string()
  .nullable()
  .meta({ description: "Where ..data of a ConfigMap or Secret volume leads; null where there is none" });

const rejectionSchema = z
  .object({
    file: z.string(),
    line: z.int().nullable(),
    column: z.int().nullable(),
    reason: z.string().meta({ description: "Holds nothing of the content" }),
  })
  .meta({ id: "Rejection" });

const reloadSchema = z
  .object({
    id: z.int(),
    watch: z.string(),
    reason: z.enum(["change", "start", "retry", "request"]),
    status: z
      .enum(["running", "confirmed", "unconfirmed", "superseded", "failed", "rejected"])
      .meta({ description: "superseded: the app was told, and something newer before anything showed an effect" }),
    evidence: z.array(z.object({ kind: z.string(), detail: z.string() })),
    detail: z.string().nullable(),
    attempt: z.int(),
    startedAt: time,
    endedAt: time.nullable(),
    durationSeconds: z.number().nullable(),
    hash,
    generation,
    process: z.string().nullable().meta({ description: "Who was told, as 17-49123; null: nobody" }),
    rejection: rejectionSchema.nullable(),
  })
  .meta({ id: "Reload" });

const watchSchema = z
  .object({
    name: z.string(),
    paths: z.array(z.string()),
    target: z.string().nullable().meta({ description: "null: the main app" }),
    verb: z.string(),
    lastChange: time.nullable().meta({ description: "null: none since sexton runs" }),
    lastReload: reloadSchema.nullable(),
    pending: z
      .object({
        reason: z.enum(["settling", "spacing", "splay", "retry", "held", "running", "target"]),
        until: time.nullable(),
      })
      .nullable()
      .meta({ description: "What a reload waits for; null: none is due" }),
    hash: hash.nullable(),
    problem: z.string().nullable(),
    appliedHash: hash.nullable().meta({ description: "What the app has taken, as far as is known" }),
    generation,
    files: z.int().nullable(),
    bytes: z.int().nullable(),
    contentChangedAt: time.nullable().meta({ description: "When the newest of the files was changed" }),
    changes: z.int(),
    mechanism: z.enum(["inotify", "poll"]),
    heldUntil: time.nullable(),
    oldWorkers: z.int().meta({ description: "Workers of before the last reload that have not left" }),
    errors: z.int(),
    settings: z.object({
      settleSeconds: z.number(),
      settleMostSeconds: z.number(),
      rescanSeconds: z.number(),
      minSpacingSeconds: z.number(),
      splaySeconds: z.number(),
      validate: z.enum(["json", "yaml", "toml", "http", "exec"]).nullable(),
      http: z.string().nullable().meta({ description: "Where the reload is asked for; null: by a signal" }),
      proof: z.object({ waitSeconds: z.number(), http: z.string().nullable() }),
      retry: z.object({
        on: z.enum(["never", "failed", "unconfirmed"]),
        leastSeconds: z.number(),
        mostSeconds: z.number(),
      }),
    }),
  })
  .meta({ id: "Watch" });

export const reloadsSchema = z
  .object({
    watches: z.array(watchSchema),
    reloads: z.array(reloadSchema).meta({ description: "The last 100, the newest first" }),
    usage: z.array(z.string()),
  })
  .meta({ id: "Reloads" });

const asked = { dryRun: z.boolean(), traceId: z.string().nullable() };

export const reloadReportSchema = z
  .object({
    ...reloadSchema.shape,
    ...asked,
    id: z.int().nullable().meta({ description: "null for a dry run" }),
    status: z.enum(["confirmed", "unconfirmed", "superseded", "failed", "rejected", "running", "would-reload"]),
    attempt: z.int().nullable(),
    startedAt: time.nullable(),
  })
  .meta({ id: "ReloadReport" });

export const holdReportSchema = z
  .object({ watch: z.string(), held: z.boolean(), heldUntil: time.nullable(), ...asked })
  .meta({ id: "HoldReport" });
