import type { Command, Option } from "#cli/command.ts";
import { configKeys } from "#config/keys.ts";

/** Not one of the commands: it is decided by the program's entry, before any of these is loaded. */
export const initCommand = {
  name: "init",
  summary: "Run a command as its init, with the agent beside it: sexton init --help",
} as const;

export function overview(commands: readonly Command[]): string {
  const all = [...commands, initCommand];
  const width = Math.max(...all.map(({ name }) => name.length));
  return `Usage: sexton [command] [options]

sexton signals the processes of a pod and lists them, from a sidecar container in a shared process namespace.

Commands:
${all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n")}

\`sexton help COMMAND\` and \`sexton COMMAND --help\` say more. Without a command it serves.
Exit codes: 0 done, 1 refused or failed, 2 wrong usage or configuration, 3 cannot reach the agent.
`;
}

export function commandHelp({ name, summary, operands, actions = {}, options }: Command): string {
  const usage = ["sexton", name, operands, "[options]"].filter((part) => part !== "").join(" ");
  return `Usage: ${usage}\n\n${summary}\n${section("Actions", Object.entries(actions))}${section("Options", optionLines(options))}${section("Settings", settingLines())}`;
}

function section(title: string, lines: readonly (readonly [string, string])[]): string {
  if (lines.length === 0) return "";
  const width = Math.max(...lines.map(([left]) => left.length));
  return `\n${title}:\n${lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n")}\n`;
}

function optionLines(options: Readonly<Record<string, Option>>): [string, string][] {
  return Object.entries(options).map(([name, { value, description }]) => [
    `--${name}${value ? ` ${value}` : ""}`,
    description,
  ]);
}

/** Settings are flags of every command: a client finds the agent by the same ones. */
function settingLines(): [string, string][] {
  return [
    ["--config FILE, SEXTON_CONFIG", "A YAML file with these settings; variables override it, flags override both"],
    ...configKeys.map(({ flag, variable, description }): [string, string] => [`--${flag}, ${variable}`, description]),
  ];
}
