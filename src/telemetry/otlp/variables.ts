import { readFileSync } from "node:fs";
import { UsageError } from "#base/errors.ts";
import { type OtelEnv, readVariable } from "#telemetry/otel-env.ts";
import { withoutCredentials } from "#telemetry/otlp/sender.ts";

/**
 * Reads OTEL_* variables. Where the SDK warns, if anybody listens, and goes on with a default, these throw a UsageError:
 * telemetry that goes nowhere is noticed when it is needed. Names are given most specific first.
 */
export interface Variables {
  /** The first of the names that is set. */
  find(...names: readonly string[]): { readonly name: string; readonly value: string } | null;
  /** As it is written: the SDK compares so where it reads the same variable. */
  choice<T extends string>(names: readonly string[], allowed: readonly T[], fallback: T): T;
  /** In whatever case. */
  word<T extends string>(names: readonly string[], allowed: readonly T[], fallback: T): T;
  /** Every one of the names, if set, is a number of at least `least`; the first that is set, or the fallback. */
  number(names: readonly string[], least: number, fallback: number, most?: number): number;
  list<T extends string>(name: string, allowed: readonly T[]): void;
  /** `name=value,name=value`, percent-encoded; `secret` values are never shown. */
  pairs(name: string, secret: boolean): Readonly<Record<string, string>>;
  /** Every one of the names, if set, is a PEM file that can be read; the path of the first that is set. */
  pem(names: readonly string[]): string | null;
}

export function createVariables(env: OtelEnv): Variables {
  const find = (...names: readonly string[]) => {
    for (const name of names) {
      const value = readVariable(env, name);
      if (value !== undefined) return { name, value };
    }
    return null;
  };
  const all = (names: readonly string[]) => names.flatMap((name) => find(name) ?? []);
  const chosen =
    (spelling: (value: string) => string) =>
    <T extends string>(names: readonly string[], allowed: readonly T[], fallback: T): T => {
      const found = all(names).map(({ name, value }) => {
        const known = allowed.find((one) => one === spelling(value));
        return known ?? refuse(name, value, `one of ${allowed.join(", ")}`);
      });
      return found[0] ?? fallback;
    };
  return {
    find,
    choice: chosen((value) => value),
    word: chosen((value) => value.toLowerCase()),
    number(names, least, fallback, most = Number.POSITIVE_INFINITY) {
      const range = most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
      const found = all(names).map(({ name, value }) => {
        const number = Number(value);
        return number >= least && number <= most ? number : refuse(name, value, `a number ${range}`);
      });
      return found[0] ?? fallback;
    },
    list(name, allowed) {
      const value = readVariable(env, name) ?? "";
      const parts = value.split(",").map((part) => part.trim());
      const unknown = parts.find((part) => part !== "" && !allowed.includes(part as never));
      if (unknown !== undefined) refuse(name, unknown, `any of ${allowed.join(", ")}`);
    },
    pairs(name, secret) {
      const entries = (readVariable(env, name) ?? "").split(",").filter((entry) => entry.trim() !== "");
      const pairs = entries.map((entry, index) => {
        const at = entry.indexOf("=");
        const pair = at > 0 ? decoded(entry.slice(0, at), entry.slice(at + 1)) : null;
        const found = secret ? `entry ${index + 1} of ${entries.length}, not shown` : entry.trim();
        return pair ?? refuse(name, found, "name=value pairs with commas between them, percent-encoded");
      });
      return Object.fromEntries(pairs);
    },
    pem(names) {
      const found = all(names);
      for (const { name, value } of found) {
        if (!isPem(read(name, value))) refuse(name, value, "a file in PEM format");
      }
      return found[0]?.value ?? null;
    },
  };
}

export function isPem(text: string): boolean {
  return text.includes("-----BEGIN ");
}

export function refuse(name: string, found: string, expected: string): never {
  throw new UsageError(`Cannot use ${name}: found ${JSON.stringify(withoutCredentials(found))}, expected ${expected}.`);
}

function decoded(key: string, value: string): readonly [string, string] | null {
  try {
    const pair = [decodeURIComponent(key.trim()), decodeURIComponent(value.trim())] as const;
    return pair[0] === "" ? null : pair;
  } catch {
    return null;
  }
}

function read(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as { code?: string };
    return refuse(name, path, `a file that can be read (${code ?? String(cause)})`);
  }
}
