import { z } from "zod";
import { parseSignal, type SignalName } from "#process/signal.ts";

/** An address to listen on. A Unix socket is for the user that sexton runs as (mode 0600). */
export type Listen =
  | { readonly kind: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

const listenSchema = z.string().transform((text, context): Listen => {
  const listen = parseListen(text);
  if (listen) return listen;
  context.addIssue({ code: "custom", message: `expected host:port or unix:///path, found "${text}"` });
  return z.NEVER;
});

/** One address, a list of them, or a text with commas between them. */
const listensSchema = z
  .union([z.string().transform((text) => text.split(",").map((part) => part.trim())), z.array(z.string())])
  .pipe(z.array(listenSchema).min(1));

const signalSchema = z.union([z.string(), z.int()]).transform((text, context): SignalName => {
  const signal = parseSignal(String(text));
  if (signal) return signal.name;
  context.addIssue({ code: "custom", message: `expected a signal of signal(7), found "${text}"` });
  return z.NEVER;
});

const patternSchema = z.string().refine(isPattern, { error: "expected a regular expression" });

const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (typeof value === "string" ? value.split(",").map((part) => part.trim()) : value),
    z.array(item),
  );

const booleanSchema = z.preprocess(
  (value) => (value === "true" || value === "" ? true : value === "false" ? false : value),
  z.boolean(),
);

/** Verbs stand in URLs, and must not be taken for signals. */
const verbNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "expected lower-case letters, digits and dashes")
  .refine((name) => name === "quit" || parseSignal(name) === null, {
    error: "expected a verb, found the name of a signal",
  });

export const targetSchema = z
  .strictObject({
    container: z.string().optional().describe("The container's name or the start of its id"),
    profile: z.string().optional().describe("What sexton knows about the app: nginx, haproxy, prometheus, …"),
    name: z.string().optional().describe("The process name (comm, up to 15 bytes)"),
    exe: z.string().optional().describe("The executable, by path or base name"),
    args: patternSchema.optional().describe("A regular expression for the command line"),
    pidFile: z.string().optional().describe("A file with the pid, in a volume that sexton mounts too"),
    port: z.int().min(1).max(65_535).optional().describe("The TCP port that the process listens on"),
    verbs: z.record(verbNameSchema, signalSchema).optional().describe("Verbs of your own: {drain: SIGUSR1}"),
  })
  .refine((target) => Object.values(target).some((value) => value !== undefined), {
    error: "expected at least one of container, profile, name, exe, args, pidFile, port, verbs",
  });

/** Every setting, with its default and what it is for. Flags, variables, `config show` and the reference come from here. */
export const configSchema = z.strictObject({
  listen: listensSchema
    .default([{ kind: "tcp", hostname: "127.0.0.1", port: 9099 }])
    .describe("Where the API listens: host:port on a loopback address, or unix:///path"),
  probes: listenSchema
    .nullable()
    .default(null)
    .describe("A second listener for the kubelet: livez, readyz, startupz, healthz alone"),
  targetContainer: z
    .string()
    .optional()
    .describe("The container whose main process is the main app, where there are several"),
  targets: z
    .record(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "expected letters, digits, dots and dashes"),
      targetSchema,
    )
    .default({})
    .describe("Named processes that signals go to"),
  signals: z
    .strictObject({
      allow: listOf(signalSchema)
        .optional()
        .describe("The signals that may be sent; default: all but SIGKILL and SIGSTOP"),
    })
    .prefault({}),
  api: z
    .strictObject({
      exposeEnviron: booleanSchema.default(false).describe("Serve /processes/{pid}/environ, which often holds secrets"),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(["debug", "info", "warn", "error"]).default("info").describe("The least level that is logged"),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema>;

export function parseListen(text: string): Listen | null {
  const unix = /^unix:\/\/(\/.+)$/.exec(text);
  if (unix) return { kind: "unix", path: unix[1] as string };
  const tcp = /^(\[[0-9a-fA-F:.]+\]|[^:/\s[\]]+):(\d{1,5})$/.exec(text);
  if (!tcp || Number(tcp[2]) > 65_535) return null;
  return { kind: "tcp", hostname: (tcp[1] as string).replace(/^\[|\]$/g, ""), port: Number(tcp[2]) };
}

export function formatListen(listen: Listen): string {
  if (listen.kind === "unix") return `unix://${listen.path}`;
  return `${listen.hostname.includes(":") ? `[${listen.hostname}]` : listen.hostname}:${listen.port}`;
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
