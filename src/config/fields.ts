import * as z from "zod/mini";
import { parseDuration } from "#base/duration.ts";
import { maskUrl } from "#config/watch-urls.ts";
import { parseSignal } from "#process/signal.ts";

/** What a setting is for, and by which flag it is given where that is not its dotted name; zod/mini keeps it. */
export function about<T extends z.ZodMiniType>(description: string, schema: T, flag?: string): T {
  z.globalRegistry.add(schema, flag === undefined ? { description } : { description, flag });
  return schema;
}

/** Text that `read` understands. */
export function readable<T extends {}, From extends string | number = string>(
  read: (text: string) => T | null,
  expected: string,
) {
  return z.transform((value: From, context): T => {
    const found = read(String(value));
    if (found !== null) return found;
    context.issues.push({ code: "custom", input: value, message: `expected ${expected}, found "${value}"` });
    return z.NEVER;
  });
}

/** Whatever `read` understands. */
export function field<T extends {}>(read: (value: unknown) => T | null, expected: string) {
  return z.transform((value: unknown, context): T => {
    const found = read(value);
    if (found !== null) return found;
    context.issues.push({ code: "custom", input: value, message: `expected ${expected}, found ${shown(value)}` });
    return z.NEVER;
  });
}

const longest = 60;

export function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : maskUrl(JSON.stringify(value));
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

/** A time span in milliseconds. */
export function span(leastMs: number, mostMs: number, expected: string) {
  return field((value) => {
    const ms = typeof value === "string" ? parseDuration(value) : null;
    return ms !== null && ms >= leastMs && ms <= mostMs ? ms : null;
  }, expected);
}

export function oneOf<const T extends string>(...choices: readonly T[]) {
  return field((value) => choices.find((choice) => choice === value) ?? null, `one of ${choices.join(", ")}`);
}

/** As variables and flags have it, too. */
export function readSwitch(value: unknown): unknown {
  return value === "true" || value === "" ? true : value === "false" ? false : value;
}

/** A map with these keys and no others. `short` is what stands for a map with this one key. */
export function group<Shape extends z.core.$ZodShape>(shape: Shape, expected: string, short?: keyof Shape & string) {
  const error = (issue: { code?: string; input?: unknown }) =>
    issue.code === "invalid_type" ? `expected ${expected}, found ${shown(issue.input)}` : undefined;
  return z.pipe(
    z.transform((value: unknown) => (short !== undefined && typeof value === "string" ? { [short]: value } : value)),
    z.strictObject(shape, { error }),
  );
}

/** Made anew for each who needs it, as all schemas are. */
export function switchSchema() {
  return z.pipe(z.transform(readSwitch), z.boolean());
}

/** The path of a file or folder; null where there is none. */
export function pathSetting(description: string, usual: string | null = null) {
  const path = z.string().check(z.regex(/^\/[^\0]+$/, "expected an absolute path"));
  return about(description, z._default(z.nullable(path), usual));
}

/** Names of watches and hooks stand in URLs, and in metrics. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Verbs stand in URLs. */
export const verbPattern = /^[a-z][a-z0-9-]{0,31}$/;

/** A verb, or a signal by its name or number. */
export function readVerb(value: unknown): string | null {
  if (typeof value !== "string") return null;
  return verbPattern.test(value) || parseSignal(value) !== null ? value : null;
}
