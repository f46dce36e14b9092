import { configKeys } from "#config/keys.ts";
import type { LoadedConfig } from "#config/load.ts";
import { formatListen, type Listen } from "#config/schema.ts";

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
      name === "watch.tick"
        ? `${config.watch.tick}ms`
        : printable(path.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], config)),
    source: origins.get(name) ?? "default",
    description,
  }));
}

function printable(value: unknown): unknown {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(printable);
  return isListen(value) ? formatListen(value) : value;
}

function isListen(value: unknown): value is Listen {
  return (
    typeof value === "object" && value !== null && "kind" in value && (value.kind === "tcp" || value.kind === "unix")
  );
}
