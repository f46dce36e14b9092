import type { CommandLine, InitSettings } from "#init/settings.ts";

/** Of a command line that is right. */
export function settingsOf(parsed: CommandLine): InitSettings {
  if ("exit" in parsed) throw new Error(`exit ${parsed.exit}: ${parsed.err}`);
  return parsed.settings;
}
