import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { closest } from "#base/closest.ts";
import { UsageError } from "#base/errors.ts";
import {
  type Command,
  type CommandContext,
  type ExitCode,
  exitCode,
  type LiveOutput,
  type ParseOptions,
} from "#cli/command.ts";
import { config } from "#cli/commands/config.ts";
import { events } from "#cli/commands/events.ts";
import { health } from "#cli/commands/health.ts";
import { ps } from "#cli/commands/ps.ts";
import { reloads } from "#cli/commands/reloads.ts";
import { reload, signal } from "#cli/commands/signal.ts";
import { version } from "#cli/commands/version.ts";
import { zombies } from "#cli/commands/zombies.ts";
import { commandHelp, initCommand, overview } from "#cli/help.ts";
import { createClient, UnreachableError } from "#client/client.ts";
import { configKeys } from "#config/keys.ts";
import { type LoadedConfig, loadConfig } from "#config/load.ts";

export interface Terminal {
  /** The names of the profiles that a configuration may use. */
  readonly profiles: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly live: LiveOutput;
}

/**
 * Runs the agent until it is stopped; handed in, because the command line knows the daemon only from outside. `once`: reads
 * and validates what is watched, and does nothing else.
 */
export type Serve = (load: () => Promise<LoadedConfig>, once: boolean) => Promise<ExitCode>;

/** Reads the command line and runs what it says. Every error ends as one sentence on `err` and an exit code. */
export async function run(argv: readonly string[], terminal: Terminal, serve: Serve): Promise<ExitCode> {
  const commands = [serveCommand(serve), ps, zombies, events, signal, reload, reloads, health, config, version];
  try {
    return await dispatch(argv, terminal, commands);
  } catch (cause) {
    if (cause instanceof UsageError) terminal.err(`sexton: ${cause.message}\n`);
    else if (cause instanceof UnreachableError) terminal.err(`sexton: ${cause.message}\n`);
    else throw cause;
    return cause instanceof UsageError ? exitCode.usage : exitCode.unreachable;
  }
}

function serveCommand(serve: Serve): Command {
  return {
    name: "serve",
    summary: "Serve the API (what sexton does without a command)",
    operands: "",
    maxOperands: 0,
    options: {
      once: {
        type: "boolean",
        description: "Only read and validate what is watched, and exit 0 or 1: for an init container",
      },
    },
    run: ({ loadConfig: load, options }) => serve(load, options["once"] === true),
  };
}

async function dispatch(argv: readonly string[], terminal: Terminal, commands: readonly Command[]): Promise<ExitCode> {
  const [first = "serve", ...rest] = argv;
  if (first === "help" || first === "--help" || first === "-h") return help(rest[0], terminal, commands);
  if (first === "--version") return dispatch(["version", ...rest], terminal, commands);
  const implied = first.startsWith("-");
  const command = find(implied ? "serve" : first, commands);
  const { values, positionals } = parse(command, implied ? argv : rest);
  if (values["help"]) return help(command.name, terminal, commands);
  if (positionals.length > command.maxOperands) {
    throw new UsageError(
      `Cannot use "${positionals[command.maxOperands]}" with ${command.name}: it takes ${command.operands || "options only"}`,
    );
  }
  const load = () => loadConfig({ ...sourcesOf(values, terminal.env), profiles: terminal.profiles });
  return command.run({
    args: positionals,
    options: values as CommandContext["options"],
    out: terminal.out,
    err: terminal.err,
    live: terminal.live,
    loadConfig: load,
    connect: async () => createClient((await load()).config.listen[0]),
  });
}

function help(name: string | undefined, { out }: Terminal, commands: readonly Command[]): ExitCode {
  if (name === undefined) out(overview(commands));
  else out(name === initCommand.name ? `${initCommand.summary}\n` : commandHelp(find(name, commands)));
  return exitCode.ok;
}

function find(name: string, commands: readonly Command[]): Command {
  const command = commands.find((known) => known.name === name);
  if (command) return command;
  const near = closest(
    name,
    commands.map((known) => known.name),
  );
  throw new UsageError(
    `Cannot run "${name}": there is no such command. Did you mean "${near}"? \`sexton help\` lists them`,
  );
}

type Values = Record<string, string | boolean | string[] | undefined>;

function parse(command: Command, argv: readonly string[]): { values: Values; positionals: string[] } {
  const settings = Object.fromEntries(
    configKeys.map(({ flag, isMany }) => [flag, { type: "string" as const, multiple: isMany }]),
  );
  const options: ParseOptions = { config: { type: "string" }, help: { type: "boolean", short: "h" }, ...settings };
  for (const [name, { type, short }] of Object.entries(command.options))
    options[name] = short ? { type, short } : { type };
  const args = argv.map(withValue);
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    return { values: values as Values, positionals };
  } catch (cause) {
    throw new UsageError(explainParseError(cause as Error, Object.keys(options)), { cause });
  }
}

/** A setting that is a switch may stand alone: `--api-expose-environ`. */
function withValue(arg: string): string {
  return configKeys.some(({ flag, isSwitch }) => isSwitch && arg === `--${flag}`) ? `${arg}=true` : arg;
}

function explainParseError({ message }: Error, known: readonly string[]): string {
  const unknown = /Unknown option '--?([^']*)'/.exec(message)?.[1];
  if (unknown === undefined) return `Cannot read the command line: ${message.replace(/\.? To specify.*$/s, "")}`;
  return `Cannot use --${unknown}: there is no such option. Did you mean --${closest(unknown, known)}?`;
}

function sourcesOf(values: Values, env: Terminal["env"]) {
  const path = typeof values["config"] === "string" ? values["config"] : env["SEXTON_CONFIG"];
  const flags = Object.fromEntries(
    configKeys.map(({ flag }) => {
      const value = values[flag];
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
