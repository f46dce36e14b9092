import { z } from "zod";
import { pidBudgetFields } from "#http/schemas/pids.ts";
import { processRoles } from "#process/process.ts";
import { processStates } from "#process/state.ts";
import { strayReasons } from "#process/stray.ts";

const podSchema = z
  .object({ uid: z.string(), name: z.string().nullable(), namespace: z.string().nullable() })
  .meta({ id: "Pod", description: "Name and namespace are known in the node position, where the node tells them" });

const pod = podSchema.nullable().meta({ description: "null: neither its cgroup nor its mounts tell" });

/** As events and zombies have it. */
export const containerNamesSchema = z
  .object({ id: z.string().nullable(), name: z.string().nullable(), pod })
  .meta({ id: "ContainerNames" });

export const containerRefSchema = z
  .object({ id: z.string().nullable(), name: z.string().nullable(), pod, podUid: z.string().nullable() })
  .meta({ id: "ContainerRef" });

export const idSchema = z
  .string()
  .meta({ example: "17-49123", description: "Pid and start ticks: unique until the machine restarts" });

const fields = {
  pid: z.int(),
  startTicks: z.int().meta({ description: "1/100 s since boot" }),
  id: idSchema,
  ppid: z.int(),
  startTime: z.iso.datetime(),
  uptimeSeconds: z.number(),
  name: z.string(),
  args: z.array(z.string()).nullable(),
  commandLine: z.string().nullable(),
  exe: z.string().nullable(),
  state: z.enum(processStates),
  uid: z.int().nullable(),
  gid: z.int().nullable(),
  threads: z.int(),
  cpuSeconds: z.number(),
  cpuPercent: z
    .number()
    .meta({ description: "Of one core, over the last second or so; over its life when first seen" }),
  rssBytes: z.int(),
  virtualBytes: z.int(),
  role: z.enum(processRoles),
  container: containerRefSchema.nullable(),
  stray: z
    .object({
      reason: z.enum(strayReasons),
      since: z.iso.datetime().meta({ description: "When it was born as one, or was seen to have become one" }),
      root: idSchema,
      interactive: z.boolean().meta({ description: "It has a terminal: somebody may be using it" }),
    })
    .nullable()
    .meta({ description: "Not null: it belongs to nobody, or its ancestor `root` does" }),
  argsTruncated: z.boolean().optional().meta({ description: "The arguments go on beyond what is shown" }),
  denied: z.array(z.string()).optional().meta({ description: "The fields that permission hides" }),
};

export const processSchema = z
  .object({
    ...fields,
    children: z.array(z.any()).optional().meta({ description: "With view=tree: processes of the same shape" }),
  })
  .meta({ id: "Process" });

export const processListSchema = z
  .object({
    observedAt: z.iso.datetime(),
    count: z.int().meta({ description: "How many processes this answer holds" }),
    total: z.int().meta({ description: "How many match, before limit" }),
    unreadable: z.int().meta({ description: "Processes that are listed but cannot be read" }),
    processes: z.array(processSchema),
  })
  .meta({ id: "ProcessList" });

const bound = z.number().nullable().meta({ description: "null is unlimited" });
const count = z.number().nullable();
const names = z.array(z.string());

export const processDetailSchema = z
  .object({
    ...fields,
    signals: z.object({ caught: names, ignored: names, blocked: names, pending: names }),
    terminates: z.object({ SIGTERM: z.enum(["handled", "default", "ignored"]) }),
    fds: z.object({ open: count, softLimit: count, hardLimit: count }),
    limits: z.record(z.string(), z.object({ soft: bound, hard: bound, unit: z.string().nullable() })).nullable(),
    io: z
      .object({
        readBytes: count,
        writtenBytes: count,
        storageReadBytes: count,
        storageWrittenBytes: count,
        readCalls: count,
        writeCalls: count,
      })
      .nullable(),
    cgroups: z.array(z.object({ hierarchy: z.int(), controllers: names, path: z.string() })).nullable(),
    namespaces: z.record(z.string(), z.string()).nullable(),
    nsPids: z.array(z.int()),
    oomScore: count,
    contextSwitches: z.object({ voluntary: count, involuntary: count }),
    pageFaults: z.object({ minor: z.number(), major: z.number() }),
    cwd: z.string().nullable(),
    root: z.string().nullable(),
    realUid: z.int(),
    realGid: z.int(),
    noNewPrivileges: z.boolean().nullable(),
    seccomp: z.int().nullable(),
  })
  .meta({ id: "ProcessDetail" });

export const containersSchema = z
  .object({
    containers: z.array(
      z.object({
        id: z.string().nullable(),
        name: z.string().nullable(),
        pod,
        podUid: z.string().nullable(),
        role: z.enum(processRoles),
        rootPids: z.array(z.int()),
        processes: z.int(),
        rssBytes: z.int(),
        pids: z.object({ ...pidBudgetFields, currentFrom: z.enum(["cgroup", "processes"]) }),
        startedAt: z.iso.datetime(),
      }),
    ),
    pods: z
      .array(
        z.object({
          uid: z.string(),
          name: z.string().nullable(),
          namespace: z.string().nullable(),
          containers: z.int(),
          processes: z.int(),
          rssBytes: z.int(),
          pids: z.object(pidBudgetFields),
          startedAt: z.iso.datetime(),
        }),
      )
      .meta({ description: "The pods that are seen: sexton's own, or those of the node" }),
  })
  .meta({ id: "Containers" });
