import { suggestion } from "#base/closest.ts";
import { UsageError } from "#base/errors.ts";
import { type ConfigKey, configKeys } from "#config/keys.ts";
import { keysOfHook, refuseUnknownWatches } from "#config/lifecycle.ts";
import { type Config, createConfigSchema, watchMap } from "#config/schema.ts";
import { placeOf } from "#config/watch-place.ts";

/** Where a value came from: the default, the file, an environment variable or a flag; later ones win. */
export type Origin = "default" | `file ${string}` | `env ${string}` | `flag --${string}`;

export interface LoadedConfig {
  readonly config: Config;
  /** By the setting's dotted name. */
  readonly origins: ReadonlyMap<string, Origin>;
}

export interface ConfigSources {
  /** The path and content of the configuration file, when one is named. */
  readonly file: { readonly path: string; readonly text: string } | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags by their names without dashes; only those that are settings. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** The profiles that a target may name. */
  readonly profiles: readonly string[];
}

/**
 * file < env < flags. All or nothing: the first thing that is wrong ends it with a UsageError whose sentence names the
 * place, what was found and what is expected.
 */
export async function loadConfig({ file, env, flags, profiles }: ConfigSources): Promise<LoadedConfig> {
  const origins = new Map<string, Origin>();
  const merged = file ? await readFile(file) : {};
  for (const key of configKeys) {
    if (file && valueAt(merged, key) !== undefined) origins.set(key.name, `file ${file.path}`);
    await override(merged, key, env[key.variable], `env ${key.variable}`, origins);
    await override(merged, key, flags[key.flag], `flag --${key.flag}`, origins);
  }
  refuseUnknownVariables(env);
  const parsed = createConfigSchema().config.safeParse(merged);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(issue ? describe(issue, origins, merged, file) : "Cannot use the configuration");
  }
  refuseUnknownProfiles(parsed.data, profiles);
  refuseUnknownWatches(parsed.data.hooks, parsed.data.watch.watches);
  for (const key of configKeys) if (!origins.has(key.name)) origins.set(key.name, "default");
  return { config: parsed.data, origins };
}

async function readFile({ path, text }: { path: string; text: string }): Promise<Record<string, unknown>> {
  // On demand: a YAML parser is not needed by the many who have no file.
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  if (error)
    throw new UsageError(`Cannot read configuration ${path}: ${error.message.trim().replace(/:?\n[\s\S]*$/, "")}`);
  const value = contentOf(document, path) ?? {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new UsageError(
      `Cannot read configuration ${path}: expected keys and values, found ${JSON.stringify(value).slice(0, 40)}`,
    );
  }
  const content = value as Record<string, unknown>;
  // One of its settings may be given by a flag.
  return "watch" in content ? { ...content, watch: watchMap(content["watch"]) } : content;
}

/** Aliases are resolved only now: one that leads nowhere, or too many of them, ends here. */
function contentOf(document: { toJS(): unknown }, path: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new UsageError(`Cannot read configuration ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function override(
  into: Record<string, unknown>,
  key: ConfigKey,
  text: string | undefined,
  origin: Origin,
  origins: Map<string, Origin>,
): Promise<void> {
  if (text === undefined) return;
  let at = into;
  for (const part of key.path.slice(0, -1)) {
    const next = at[part];
    if (next === undefined || next === null) at[part] = {};
    else if (typeof next !== "object") return; // The file's own mistake is reported as such.
    at = at[part] as Record<string, unknown>;
  }
  at[key.path.at(-1) as string] = key.isMap ? await parseMap(text, origin) : text;
  origins.set(key.name, origin);
}

async function parseMap(text: string, origin: Origin): Promise<unknown> {
  const { parse } = await import("yaml");
  try {
    return parse(text);
  } catch (cause) {
    throw new UsageError(`Cannot read ${origin}: ${(cause as Error).message.split("\n")[0]}`, { cause });
  }
}

function valueAt(value: unknown, key: ConfigKey): unknown {
  return key.path.reduce<unknown>((at, part) => (at as Record<string, unknown> | null | undefined)?.[part], value);
}

/** Variables that are not settings, but belong to sexton all the same. */
const otherVariables = ["SEXTON_CONFIG", "SEXTON_TOKEN"];

function refuseUnknownVariables(env: ConfigSources["env"]): void {
  const known = [...configKeys.map(({ variable }) => variable), ...otherVariables];
  for (const name of Object.keys(env)) {
    // Kubernetes puts SEXTON_SERVICE_HOST, SEXTON_PORT_… into every container beside a Service called sexton.
    const ofService = /_SERVICE_(HOST|PORT)(_|$)|_PORT$|_PORT_\d+_/.test(name);
    if (!name.startsWith("SEXTON_") || known.includes(name) || ofService) continue;
    throw new UsageError(`Cannot use environment variable ${name}: there is no such setting.${hintFor(name, known)}`);
  }
}

function hintFor(name: string, known: readonly string[]): string {
  const withoutPrefix = (variable: string) => variable.slice("SEXTON_".length);
  const shown = (near: string) => `SEXTON_${near}`;
  return suggestion(withoutPrefix(name), known.map(withoutPrefix), shown, " `sexton config show` lists all.");
}

function refuseUnknownProfiles({ targets }: Config, known: readonly string[]): void {
  for (const [name, { profile }] of Object.entries(targets)) {
    if (profile === undefined || known.includes(profile)) continue;
    throw new UsageError(
      `Cannot use targets.${name}.profile: there is no profile "${profile}".${suggestion(profile, known, undefined, ` There are ${known.join(", ")}.`)}`,
    );
  }
}

type Issue = { code?: string; path: PropertyKey[]; message: string; keys?: string[]; issues?: { message: string }[] };

function describe(
  issue: Issue,
  origins: ReadonlyMap<string, Origin>,
  merged: Readonly<Record<string, unknown>>,
  file: ConfigSources["file"],
): string {
  const path = issue.path.join(".");
  const key = configKeys.find(({ name }) => path === name || path.startsWith(`${name}.`));
  const origin = (key && origins.get(key.name)) ?? (file ? `file ${file.path}` : "default");
  if (issue.code === "unrecognized_keys" && issue.keys?.[0] !== undefined) {
    const unknown = issue.keys[0];
    const where = path === "" ? "" : ` in ${placeOf(issue.path, merged)}`;
    const keys = knownKeys(issue.path);
    const hint = suggestion(unknown, keys, undefined, ` The keys there are ${keys.join(", ")}.`);
    const whose = key && !origin.startsWith("file ") ? ` (${origin})` : file ? ` ${file.path}` : "";
    return `Cannot use configuration${whose}: there is no key "${unknown}"${where}.${hint}`;
  }
  // Zod says of a map's key only that it is invalid, and keeps the reason one level below.
  const reason = issue.issues?.[0]?.message ?? issue.message;
  return `Cannot use ${path === "" ? "the configuration" : placeOf(issue.path, merged)} (${origin}): ${reason}`;
}

/** The keys that may stand at a place of the file. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  if (path[0] === "targets") return Object.keys(createConfigSchema().target.def.shape);
  if (path[0] === "hooks") return [...keysOfHook];
  if (path[1] === "watches") return createConfigSchema().watchKeys(path.slice(3).map(String));
  const depth = path.length;
  const below = configKeys.filter((key) => path.every((part, index) => key.path[index] === part));
  return [...new Set(below.flatMap((key) => key.path[depth] ?? []))];
}
