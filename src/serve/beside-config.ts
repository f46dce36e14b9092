import { readFileSync } from "node:fs";
import { type LoadedConfig, loadConfig } from "#config/load.ts";
import { profiles } from "#policy/profiles.ts";

/** The settings of an agent beside an app: there are no flags for them but `--config`. */
export function loadConfigFrom(
  path: string | null,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LoadedConfig> {
  const file = path === null ? null : { path, text: readFileSync(path, "utf8") };
  return loadConfig({ file, env, flags: {}, profiles: profiles.map(({ name }) => name) });
}
