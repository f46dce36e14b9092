import * as z from "zod/mini";
import { parseDuration } from "#base/duration.ts";
import { createAccessSchemas, createSpacingSchema } from "#config/access.ts";
import { about, readable, switchSchema, verbPattern } from "#config/fields.ts";
import { createLifecycleSchemas } from "#config/lifecycle.ts";
import { createNodeSchemas } from "#config/node.ts";
import { createWatchSchemas } from "#config/watches.ts";
import { parseSignal, type SignalName } from "#process/signal.ts";

/** An address to listen on, with TLS where it is written with https://. */
export type Listen =
  | { readonly kind: "tcp"; readonly hostname: string; readonly port: number; readonly tls?: true }
  | { readonly kind: "unix"; readonly path: string };

const split = (text: string) => text.split(",").map((part) => part.trim());

/** A list, or a text with commas between its items, as variables and flags have it. */
const listOf = <T extends z.ZodMiniType>(item: T) =>
  z.pipe(
    z.transform((value) => (typeof value === "string" ? split(value) : value)),
    z.array(item),
  );

/**
 * Every setting, with its default and what it is for. Flags, variables, `config show` and the reference come from here.
 * In zod/mini, where a schema takes a tenth of what it takes in zod, and made anew for each who needs it: that is the
 * start and a reload, and what they leave behind can be collected.
 */
export function createConfigSchema() {
  const listenSchema = z.pipe(z.string(), readable(parseListen, "host:port, https://host:port or unix:///path"));
  const listensSchema = listOf(listenSchema).check(
    z.refine(({ length }) => length > 0, "expected at least one address"),
  );

  const signalSchema = z.pipe(
    z.union([z.string(), z.int()]),
    readable<SignalName, string | number>((text) => parseSignal(text)?.name ?? null, "a signal of signal(7)"),
  );

  /** A whole number, which variables and flags have as text. */
  const wholeSchema = (least: number, most: number) =>
    z.pipe(
      z.transform((value) => (typeof value === "string" && /^\d{1,12}$/.test(value) ? Number(value) : value)),
      z.int().check(z.gte(least), z.lte(most)),
    );

  /** A time span, in milliseconds. */
  const tickSchema = z
    .pipe(z.string(), readable(parseDuration, "a time such as 20ms"))
    .check(z.refine((ms) => ms >= 5 && ms <= 1_000, "expected 5ms to 1s"));

  const spanSchema = (mostMs: number) =>
    z
      .pipe(z.string(), readable(parseDuration, "a time such as 10s"))
      .check(z.refine((ms) => ms <= mostMs, `expected at most ${mostMs / 1000}s`));

  const minAgeSchema = spanSchema(86_400_000);
  const remedySchema = z.enum(["report", "nudge", "adopt", "terminate-parent"]);

  /** Verbs stand in URLs, and must not be taken for signals. */
  const verbNameSchema = z.string().check(
    z.regex(verbPattern, "expected lower-case letters, digits and dashes"),
    z.refine((name) => name === "quit" || parseSignal(name) === null, "expected a verb, found the name of a signal"),
  );

  const text = (description: string) => about(description, z.optional(z.string()));

  const targetSchema = z
    .strictObject({
      container: text("The container's name or the start of its id"),
      profile: text("What sexton knows about the app: nginx, haproxy, prometheus, …"),
      name: text("The process name (comm, up to 15 bytes)"),
      exe: text("The executable, by path or base name"),
      args: about(
        "A regular expression for the command line",
        z.optional(z.string().check(z.refine(isPattern, "expected a regular expression"))),
      ),
      pidFile: text("A file with the pid, in a volume that sexton mounts too"),
      port: about("The TCP port that the process listens on", z.optional(z.int().check(z.gte(1), z.lte(65_535)))),
      verbs: about("Verbs of your own: {drain: SIGUSR1}", z.optional(z.record(verbNameSchema, signalSchema))),
      zombies: about(
        "What is done about the zombies of this target's processes, where not the same as about all: {remedy, minAge}",
        z.optional(z.strictObject({ remedy: z.optional(remedySchema), minAge: z.optional(minAgeSchema) })),
      ),
    })
    .check(
      z.refine(
        (target) => Object.values(target).some((value) => value !== undefined),
        "expected at least one of container, profile, name, exe, args, pidFile, port, verbs, zombies",
      ),
    );

  const { watches, keys } = createWatchSchemas();

  const targetNameSchema = z
    .string()
    .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "expected letters, digits, dots and dashes"));

  const configSchema = z.strictObject({
    listen: about(
      "Where the API listens: host:port, https://host:port or unix:///path. Others than loopback need auth.tokensFile or tls.clientCaFile",
      z._default(listensSchema, [{ kind: "tcp", hostname: "127.0.0.1", port: 9099 }]),
    ),
    probes: about(
      "A second listener for the kubelet: livez, readyz, startupz, healthz, metrics and, without a token, the hooks; nothing else",
      z._default(z.nullable(listenSchema), null),
    ),
    ...createAccessSchemas({ listOf, wholeSchema }),
    ...createNodeSchemas(),
    targetContainer: text("The container whose main process is the main app, where there are several"),
    podPidsLimit: about(
      "How many tasks the pod may have, as the kubelet's podPidsLimit says: that limit cannot be seen from inside of the pod",
      z.optional(wholeSchema(1, 4_194_304)),
    ),
    targets: about("Named processes that signals go to", z._default(z.record(targetNameSchema, targetSchema), {})),
    signals: z.prefault(
      z.strictObject({
        allow: about(
          "The signals that may be sent; default: all but SIGKILL and SIGSTOP, and none in the node position",
          z.optional(listOf(signalSchema)),
        ),
        minSpacing: createSpacingSchema(),
      }),
      {},
    ),
    zombies: z.prefault(
      z.strictObject({
        minAge: about(
          "How long a process that has ended is left to its parent before it is called a zombie",
          z._default(minAgeSchema, 10_000),
        ),
        remedy: about(
          "What is done about zombies: report; nudge (SIGCHLD to the parent); adopt (ptrace: the parent itself is made to collect them); terminate-parent",
          z._default(remedySchema, "report"),
        ),
      }),
      {},
    ),
    watch: z.prefault(
      z.pipe(
        z.transform(watchMap),
        z.strictObject({
          tick: about("How often new processes are looked for, 5ms to 1s", z._default(tickSchema, 20)),
          watches: about(watchesAbout, z._default(watches, []), "watch"),
        }),
      ),
      {},
    ),
    ...createLifecycleSchemas(),
    events: z.prefault(
      z.strictObject({
        maxEvents: about("How many events are kept for readers to come", z._default(wholeSchema(1, 1_000_000), 10_000)),
        maxBytes: about(
          "How much memory they may take, measured as JSON",
          z._default(wholeSchema(65_536, 1_073_741_824), 8_388_608),
        ),
      }),
      {},
    ),
    api: z.prefault(
      z.strictObject({
        exposeEnviron: about(
          "Serve /processes/{pid}/environ, which often holds secrets",
          z._default(switchSchema(), false),
        ),
        redactArgs: about(
          "Mask what looks like a password, token or key in command lines, wherever sexton shows them",
          z._default(switchSchema(), true),
        ),
      }),
      {},
    ),
    metrics: z.prefault(
      z.strictObject({
        perProcess: about(
          "Which processes have metrics of their own: off; top: those that use most; all. Sums by container and name are there in any case",
          z._default(z.enum(["off", "top", "all"]), "top"),
        ),
        top: about("How many those are by CPU, and as many by memory", z._default(wholeSchema(1, 10_000), 50)),
      }),
      {},
    ),
    telemetry: z.prefault(
      z.strictObject({
        commandLine: about(
          "Send command lines to the OpenTelemetry collector too: they often hold secrets",
          z._default(switchSchema(), false),
        ),
      }),
      {},
    ),
    log: z.prefault(
      z.strictObject({
        level: about("The least level that is logged", z._default(z.enum(["debug", "info", "warn", "error"]), "info")),
      }),
      {},
    ),
  });
  return { config: configSchema, target: targetSchema, watchKeys: keys };
}

const watchesAbout =
  "Files whose change is a reload: name=/etc/nginx/conf.d:/etc/nginx/nginx.conf,target=app,verb=reload,settle=1s,validate=yaml; again for more of them (with ; in the variable). In the file a list of {name, paths, target, verb, settle, settleMost, rescan, minSpacing, splay, validate, http, proof, retry}. URLs must be of this pod, unless allowRemote: true stands beside them";

/** `watch:` may be the list of watches alone. */
export function watchMap(value: unknown): unknown {
  return Array.isArray(value) ? { watches: value } : value;
}

export type Config = z.output<ReturnType<typeof createConfigSchema>["config"]>;

export function parseListen(text: string): Listen | null {
  const unix = /^unix:\/\/(\/.+)$/.exec(text);
  if (unix) return { kind: "unix", path: unix[1] as string };
  const tcp = /^(https:\/\/)?(\[[0-9a-fA-F:.]+\]|[^:/\s[\]]+):(\d{1,5})$/.exec(text);
  if (!tcp || Number(tcp[3]) > 65_535) return null;
  const hostname = (tcp[2] as string).replace(/^\[|\]$/g, "");
  return { kind: "tcp", hostname, port: Number(tcp[3]), ...(tcp[1] ? { tls: true } : {}) };
}

export function formatListen(listen: Listen): string {
  if (listen.kind === "unix") return `unix://${listen.path}`;
  const host = listen.hostname.includes(":") ? `[${listen.hostname}]` : listen.hostname;
  return `${listen.tls ? "https://" : ""}${host}:${listen.port}`;
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
