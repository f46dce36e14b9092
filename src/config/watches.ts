import { basename } from "node:path";
import * as z from "zod/mini";
import { formatDuration } from "#base/duration.ts";
import { field, group, namePattern, oneOf, readSwitch, readVerb, shown, span } from "#config/fields.ts";
import { parseWatches } from "#config/watch-text.ts";
import { maskUrl, readWatchUrl } from "#config/watch-urls.ts";
import type { HttpReload, Validation, WatchSettings } from "#process/reload.ts";

const day = 86_400_000;

/** What is wrong with a part of a value that has been read. */
function refuse(context: z.core.ParsePayload<unknown>, path: readonly string[], message: string): never {
  context.issues.push({ code: "custom", input: null, path: [...path], message });
  return z.NEVER as never;
}

/**
 * The watches: a list of maps, or the text that `parseWatches` takes. Made anew for each who needs it, as all schemas are.
 * `keys` are those that may stand at a place of a watch.
 */
export function createWatchSchemas() {
  const switchField = field((value) => {
    const read = readSwitch(value);
    return typeof read === "boolean" ? { on: read } : null;
  }, "true or false");
  const text = (expected: string) =>
    field((value) => (typeof value === "string" && value !== "" ? value : null), expected);
  const timeout = span(1, 600_000, "a time from 1ms to 10m such as 30s");
  const remote = z.optional(switchField);
  const url = text("a URL such as http://127.0.0.1:9090/-/reload");

  const httpShape = {
    url,
    method: z._default(oneOf("POST", "PUT", "GET"), "POST"),
    status: z._default(field(readStatus, "a status or a range of them such as 200-299"), [200, 299]),
    timeout: z._default(timeout, 30_000),
    allowRemote: remote,
  };
  const http = z.pipe(
    group(httpShape, "a URL, or {url, method, status, timeout}", "url"),
    z.transform(({ url, method, status, timeout, allowRemote }, context): HttpReload => {
      const read = readWatchUrl(url, allowRemote?.on ?? false);
      if (typeof read === "string") return refuse(context, ["url"], read);
      return { ...read, method, status, timeoutMs: timeout };
    }),
  );

  const validateShape = {
    format: z.optional(z.any()),
    http: z.optional(url),
    exec: z.optional(field(readCommand, "a list of 1 to 64 words such as [nginx, -t]")),
    timeout: z._default(timeout, 10_000),
    allowRemote: remote,
  };
  const formats = "json, yaml, toml, {http: URL} or {exec: [nginx, -t]}";
  const validate = z.pipe(
    group(validateShape, formats, "format"),
    z.transform(({ format, http, exec, timeout, allowRemote }, context): Validation => {
      if (exec !== undefined) {
        if (format !== undefined || http !== undefined)
          return refuse(context, [], `expected one of ${formats}, found exec beside another one`);
        return { kind: "exec", command: exec, timeoutMs: timeout };
      }
      if (format === "json" || format === "yaml" || format === "toml") return { kind: format };
      const address = http ?? (typeof format === "string" && format.includes("://") ? format : undefined);
      if (address === undefined) return refuse(context, [], `expected ${formats}, found ${shown(format)}`);
      const read = readWatchUrl(address, allowRemote?.on ?? false);
      if (typeof read === "string") return refuse(context, ["http"], read);
      return { kind: "http", ...read, timeoutMs: timeout };
    }),
  );

  const probeShape = {
    url,
    field: z.optional(text("the place in a JSON answer, or the name of a metric")),
    expect: z.optional(field((value) => (isScalar(value) ? { text: String(value) } : null), "a text or a number")),
    allowRemote: remote,
  };
  const probe = z.pipe(
    group(probeShape, "a URL, or {url, field, expect}", "url"),
    z.transform(({ url, field, expect, allowRemote }, context) => {
      const read = readWatchUrl(url, allowRemote?.on ?? false);
      if (typeof read === "string") return refuse(context, ["url"], read);
      return { ...read, field: field ?? null, expect: expect?.text ?? null };
    }),
  );
  const proofShape = {
    wait: z._default(span(0, 600_000, "a time from 0s to 10m such as 10s"), 10_000),
    http: z.optional(z.nullable(probe)),
  };
  const retryShape = {
    on: z._default(oneOf("never", "failed", "unconfirmed"), "failed"),
    least: z._default(span(100, day, "a time from 100ms to 24h such as 5s"), 5_000),
    most: z.optional(span(100, day, "a time from 100ms to 24h such as 5m")),
  };
  const path = field(
    (value) => (typeof value === "string" && value.startsWith("/") && !value.includes("\0") ? value : null),
    "an absolute path such as /etc/nginx",
  );
  const upToDay = (example: string) => span(0, day, `a time from 0s to 24h such as ${example}`);
  const shape = {
    name: z.optional(
      field(
        (value) => (typeof value === "string" && namePattern.test(value) ? value : null),
        "a name of letters, digits, dots and dashes",
      ),
    ),
    path: z.optional(path),
    paths: z.optional(
      z.pipe(
        z.transform((value) => (typeof value === "string" ? [value] : value)),
        pathList(path),
      ),
    ),
    target: z.optional(z.nullable(text("the name of a target or a container"))),
    verb: z._default(field(readVerb, "a verb such as reload, or a signal"), "reload"),
    settle: z._default(upToDay("1s"), 1_000),
    settleMost: z.optional(upToDay("10s")),
    rescan: z._default(span(1_000, day, "a time from 1s to 24h such as 60s"), 60_000),
    minSpacing: z._default(upToDay("30s"), 0),
    splay: z._default(upToDay("30s"), 0),
    validate: z.optional(z.nullable(validate)),
    http: z.optional(z.nullable(http)),
    proof: z.prefault(group(proofShape, "{wait, http}"), {}),
    retry: z.prefault(group(retryShape, "never, failed, unconfirmed or {on, least, most}", "on"), {}),
  };

  const watch = z.pipe(
    group(shape, "a watch: {name, paths, target, …}"),
    z.transform((watch, context): WatchSettings => {
      const { settle, rescan, minSpacing, splay, proof, retry } = watch;
      const paths = [...(watch.path === undefined ? [] : [watch.path]), ...(watch.paths ?? [])];
      const [first] = paths;
      if (first === undefined) return refuse(context, ["paths"], "expected at least one path, found none");
      const name = watch.name ?? basename(first);
      if (!namePattern.test(name))
        return refuse(context, ["name"], `expected a name, since the path "${first}" ends in none`);
      const settleMost = watch.settleMost ?? Math.max(10_000, settle);
      if (settleMost < settle)
        return refuse(
          context,
          ["settleMost"],
          `expected at least settle, which is ${formatDuration(settle)}, found ${formatDuration(settleMost)}`,
        );
      const most = retry.most ?? Math.max(300_000, retry.least);
      if (most < retry.least)
        return refuse(
          context,
          ["retry", "most"],
          `expected at least retry.least, which is ${formatDuration(retry.least)}, found ${formatDuration(most)}`,
        );
      return {
        name,
        paths,
        target: watch.target ?? null,
        verb: watch.verb,
        settleMs: settle,
        settleMostMs: settleMost,
        rescanMs: rescan,
        minSpacingMs: minSpacing,
        splayMs: splay,
        validate: watch.validate ?? null,
        http: watch.http ?? null,
        proof: { waitMs: proof.wait, http: proof.http ?? null },
        retry: { on: retry.on, leastMs: retry.least, mostMs: most },
      };
    }),
  );

  const watches = z.pipe(
    z.transform(readWritten),
    z.array(watch, { error: listError }).check(z.superRefine(refuseTwins)),
  );
  const shapes: Record<string, object> = {
    "": shape,
    http: httpShape,
    validate: { http: 0, exec: 0, timeout: 0, allowRemote: 0 },
    proof: proofShape,
    "proof.http": probeShape,
    retry: retryShape,
  };
  return { watches, keys: (place: readonly string[]) => Object.keys(shapes[place.join(".")] ?? {}) };
}

function pathList<T extends z.ZodMiniType>(path: T) {
  const error = (issue: { input?: unknown }) => `expected a list of paths, found ${shown(issue.input)}`;
  return z.array(path, { error }).check(z.refine(({ length }) => length > 0, "expected at least one path, found none"));
}

const listError = (issue: { input?: unknown }) => `expected a list of watches, found ${shown(issue.input)}`;

function readWritten(value: unknown, context: z.core.ParsePayload<unknown>): unknown {
  if (typeof value !== "string") return value;
  const read = parseWatches(value);
  return typeof read === "string" ? refuse(context, [], maskUrl(read)) : read;
}

function refuseTwins(watches: readonly WatchSettings[], context: Pick<z.core.ParsePayload<unknown>, "issues">): void {
  for (const [index, { name }] of watches.entries())
    if (watches.findIndex((other) => other.name === name) < index)
      context.issues.push({
        code: "custom",
        input: name,
        path: [index, "name"],
        message: `expected a name of its own, found "${name}" twice`,
      } as never);
}

/** One word alone as flags and variables have it, without blanks: no shell is there to tell where words end. */
function readCommand(value: unknown): readonly string[] | null {
  const words = typeof value === "string" && !/\s/.test(value) ? [value] : value;
  if (!Array.isArray(words) || words.length < 1 || words.length > 64 || words[0] === "") return null;
  return words.every((word) => typeof word === "string" && !word.includes("\0")) ? words : null;
}

function readStatus(value: unknown): readonly [number, number] | null {
  const [, from, to] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(String(value)) ?? [];
  const range = [Number(from), Number(to ?? from)] as const;
  return from !== undefined && range[0] <= range[1] ? range : null;
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}
