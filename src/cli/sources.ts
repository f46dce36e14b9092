import { readFileSync } from "node:fs";
import { UsageError } from "#base/errors.ts";
import type { Command } from "#cli/command.ts";
import { settingsOf, type Values } from "#cli/parse.ts";
import type { ConfigSources } from "#config/load.ts";

/** Where the settings are from: the file that is named, the environment, and those flags that are settings. */
export function sourcesOf(command: Command, values: Values, env: ConfigSources["env"]) {
  const path = typeof values["config"] === "string" ? values["config"] : env["SEXTON_CONFIG"];
  const flags = Object.fromEntries(
    settingsOf(command).map(({ flag }) => {
      const value = values[flag];
      // As `--watch "$UNSET"` has it. A variable that is empty is one that is not set.
      if (Array.isArray(value) && value.some((each) => each.trim() === ""))
        throw new UsageError(`Cannot use --${flag}: expected a value, found nothing. Leave it out where there is none`);
      return [flag, Array.isArray(value) ? value.join(";") : typeof value === "string" ? value : undefined];
    }),
  );
  return { file: path === undefined ? null : { path, text: readConfigFile(path) }, env, flags };
}

function readConfigFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as { code?: string };
    throw new UsageError(
      `Cannot read configuration ${path}: ${code === "ENOENT" ? "there is no such file" : (code ?? String(cause))}`,
      { cause },
    );
  }
}
