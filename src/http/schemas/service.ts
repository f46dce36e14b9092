import { z } from "zod";
import { dispositions } from "#process/disposition.ts";
import { processRoles } from "#process/process.ts";

export const indexSchema = z
  .object({ name: z.string(), version: z.string(), links: z.record(z.string(), z.string()) })
  .meta({ id: "Index" });

export const settingsSchema = z
  .object({
    settings: z.array(z.object({ key: z.string(), value: z.any(), source: z.string(), description: z.string() })),
  })
  .meta({ id: "Settings" });

const text = z.string();
const amount = { instances: z.int(), watches: z.int() };
const tried = z.boolean().nullable().meta({ description: "null: it could not be tried" });
const disposition = z.enum(dispositions);

const finding = z.object({
  id: text.meta({ description: "What kind of finding it is, for good: docs/doctor.md" }),
  severity: z.enum(["error", "warning", "info"]),
  title: text,
  seen: text,
  why: text,
  fix: text.meta({ description: "A sentence; lines after it are YAML or a command" }),
  container: text.nullable().meta({ description: "Its name, or the start of its id" }),
  process: text.nullable().meta({ description: "Pid and start ticks" }),
});

const container = z.object({
  id: text.nullable(),
  name: text.nullable(),
  role: z.enum(processRoles),
  processes: z.int(),
  main: z.object({ pid: z.int(), id: text, name: text }).nullable(),
  users: z
    .array(
      z.object({
        uid: z.int().nullable(),
        gid: z.int().nullable(),
        processes: z.int(),
        tried: z.int().meta({ description: "The pid that the rights were tried on" }),
        readable: z.object({ exe: tried, environ: tried, fds: tried, attach: tried }),
        maySignal: tried,
      }),
    )
    .meta({ description: "The users whose processes are in it" }),
  subPaths: z.array(z.object({ mountPoint: text, stale: z.boolean() })),
});

const app = z.object({
  name: text,
  pid: z.int(),
  id: text,
  container: text.nullable(),
  profile: text.nullable(),
  terminate: disposition.nullable(),
  reload: z.object({ signal: text, disposition }).nullable(),
});

export const diagnosisSchema = z
  .object({
    findings: z.array(finding).meta({ description: "The gravest first" }),
    watch: z.object({
      mechanism: z.enum(["aio", "timer", "sweep"]),
      watched: z.int(),
      swept: z.int(),
      unseenIds: z.int(),
      tickMs: z.int(),
    }),
    place: z.enum(["shared", "own", "init", "node", "unknown"]).meta({
      description:
        "Where sexton looks from: a pod's shared PID namespace, its own container's, in front of the app, the node's, or not known",
    }),
    containers: z.array(container),
    apps: z.array(app).meta({ description: "Main processes and targets, with what they would do" }),
    inotify: z.object({
      refusal: text.nullable().meta({ description: "What one more met; null: it works" }),
      most: z.object({ instances: z.int().nullable(), watches: z.int().nullable() }),
      mostQueued: z.int().nullable(),
      own: z.object(amount),
      others: z.object({ ...amount, processes: z.int() }).meta({ description: "Of the same user, as far as seen" }),
      uncounted: z.int(),
    }),
    memory: z.object({ limit: z.number().nullable(), workingSet: z.number().nullable() }),
    capabilities: z.array(z.object({ name: text, available: tried, how: text, detail: text })),
  })
  .meta({ id: "Diagnosis" });
