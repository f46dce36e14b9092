import { formatDuration } from "#base/duration.ts";
import { writtenHook } from "#config/hook-view.ts";
import { configKeys } from "#config/keys.ts";
import type { LoadedConfig } from "#config/load.ts";
import { formatListen, type Listen } from "#config/schema.ts";

import { writtenWatch } from "#config/watch-view.ts";
import { redactArgs } from "#process/redact.ts";

export interface ExplainedSetting {
  readonly key: string;
  readonly value: unknown;
  /** `default`, `file …`, `env …` or `flag …`. */
  readonly source: string;
  readonly description: string;
}

/** Every setting with the value in force and where it came from. */
export function explainConfig({ config, origins }: LoadedConfig): ExplainedSetting[] {
  return configKeys.map(({ path, name, description }) => ({
    key: name,
    value:
      written(name, config) ??
      printable(
        path.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], config),
        path.at(-1) as string,
      ),
    source: origins.get(name) ?? "default",
    description,
  }));
}

/** What is kept in another shape than it is written in. */
function written(name: string, { watch, hooks }: LoadedConfig["config"]): unknown {
  if (name === "watch.watches") return watch.watches.map(writtenWatch);
  if (name !== "hooks") return null;
  return Object.fromEntries(Object.entries(hooks).map(([hook, settings]) => [hook, writtenHook(settings)]));
}

/** Settings that are a time, wherever they stand: in milliseconds once they are read. */
const times = ["tick", "minAge", "minSpacing", "delay"];

function printable(value: unknown, key: string): unknown {
  if (value === undefined) return null;
  if (typeof value === "number" && times.includes(key)) return formatDuration(value);
  // Of a target: what its command line looks like, password and all.
  if (typeof value === "string" && key === "args") return redactArgs([value])[0];
  if (Array.isArray(value)) return value.map((item) => printable(item, key));
  if (isListen(value)) return formatListen(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, printable(inner, name)]));
}

function isListen(value: unknown): value is Listen {
  return (
    typeof value === "object" && value !== null && "kind" in value && (value.kind === "tcp" || value.kind === "unix")
  );
}
