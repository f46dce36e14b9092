import * as z from "zod/mini";
import { about, oneOf, pathSetting, span } from "#config/fields.ts";
import { callerRoles } from "#process/caller.ts";

interface Parts {
  readonly listOf: <T extends z.ZodMiniType>(item: T) => z.ZodMiniType<z.output<T>[]>;
  readonly wholeSchema: (least: number, most: number) => z.ZodMiniType<number>;
}

const mostMs = 3_600_000;
/** Uids are 32 bits, and the last is none (credentials(7)). */
const mostUid = 4_294_967_294;

/** The settings of who may call, how fast, and how many at once. */
export function createAccessSchemas({ listOf, wholeSchema }: Parts) {
  const modeSchema = z
    .pipe(
      z.transform((value) => (typeof value === "number" ? value.toString(8) : value)),
      z.string().check(z.regex(/^0?[0-7]{3}$/, "expected three octal digits such as 0660, as a text")),
    )
    .check(z.refine((mode) => (Number.parseInt(mode, 8) & 0o200) !== 0, "expected one that lets the owner connect"));
  const hostSchema = z
    .string()
    .check(z.regex(/^(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9_.-]{0,252}))$/i, "expected a host name without a port"));
  return {
    auth: z.prefault(
      z.strictObject({
        tokensFile: pathSetting(
          "A file of who may call: lines `role name sha256:…` with the SHA-256 of the token. It is read again when it changes",
        ),
        clientRole: about(
          "What a client certificate alone allows, where tls.clientCaFile is set: probe, read or operate",
          z._default(oneOf(...callerRoles), "operate"),
        ),
      }),
      {},
    ),
    tls: z.prefault(
      z.strictObject({
        certFile: pathSetting(
          "The certificate with its chain, as PEM, for addresses of `listen` that begin with https://",
        ),
        keyFile: pathSetting("The key of that certificate, as PEM. Both are read again when they change"),
        clientCaFile: pathSetting("Who signs the certificates of clients, as PEM: only who has one may connect"),
      }),
      {},
    ),
    socket: z.prefault(
      z.strictObject({
        mode: about("The mode of a Unix socket to listen on", z._default(modeSchema, "0600")),
        uids: about(
          "The users whose processes may call by a Unix socket; default: those that its mode lets in",
          z.optional(listOf(wholeSchema(0, mostUid))),
        ),
      }),
      {},
    ),
    allowedHosts: about(
      "Names under which callers may address sexton, beside localhost and addresses: sexton.example.svc",
      z._default(listOf(hostSchema), []),
    ),
    limits: z.prefault(
      z.strictObject({
        requests: about(
          "How many requests of one role may be under way at once",
          z._default(wholeSchema(1, 100_000), 256),
        ),
        streams: about("How many event streams of one role may be open", z._default(wholeSchema(0, 100_000), 1_000)),
        mutations: about(
          "How many requests that change something one caller may make a second, and at once after a pause",
          z._default(wholeSchema(1, 100_000), 500),
        ),
      }),
      {},
    ),
    tokenFile: pathSetting(
      "For the commands that call an agent: a file that holds the token to send. SEXTON_TOKEN may hold the token itself",
    ),
  };
}

export function createSpacingSchema() {
  return about(
    "The least time between two signals of one kind to one process; sooner ones are refused",
    z._default(span(0, mostMs, "a time such as 1s, at most 1h"), 0),
  );
}
