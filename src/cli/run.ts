import { suggestion } from "#base/closest.ts";
import { UsageError } from "#base/errors.ts";
import { type Command, type CommandContext, type ExitCode, exitCode, type LiveOutput } from "#cli/command.ts";
import type { RunDemo } from "#cli/commands/demo.ts";
import { type Serve, serveCommand } from "#cli/commands/serve.ts";
import type { HelpLook } from "#cli/help.ts";
import { type ColorChoice, colorChoices, createPaint } from "#cli/paint.ts";
import { parse, type Values } from "#cli/parse.ts";
import type { Screen } from "#cli/screen.ts";
import { sourcesOf } from "#cli/sources.ts";
import { loadConfig } from "#config/load.ts";

export interface Terminal {
  /** The names of the profiles that a configuration may use. */
  readonly profiles: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly live: LiveOutput;
  readonly screen: Screen;
  /** What only other layers know, loaded when it is asked for. */
  readonly documents: Documents;
  readonly demo: RunDemo;
}

export interface Documents {
  readonly openApi: () => Promise<object>;
  readonly initHelp: () => Promise<string>;
}

/** Reads the command line and runs what it says. Every error ends as one sentence on `err` and an exit code. */
export async function run(argv: readonly string[], terminal: Terminal, serve: Serve): Promise<ExitCode> {
  try {
    return await dispatch(argv, terminal, serve);
  } catch (cause) {
    const code = cause instanceof UsageError ? exitCode.usage : await codeOfUnreachable(cause);
    if (code === null) throw cause;
    terminal.err(`sexton: ${(cause as Error).message}\n`);
    return code;
  }
}

async function codeOfUnreachable(cause: unknown): Promise<ExitCode | null> {
  const { UnreachableError } = await import("#client/client.ts");
  return cause instanceof UnreachableError ? exitCode.unreachable : null;
}

/** On demand: an agent that serves is not to keep in memory how the others work. */
async function commandsOf(terminal: Terminal, serve: Serve): Promise<readonly Command[]> {
  const { allCommands } = await import("#cli/commands.ts");
  return allCommands(terminal, serve);
}

async function dispatch(argv: readonly string[], terminal: Terminal, serve: Serve): Promise<ExitCode> {
  const [first = "serve", ...rest] = argv;
  if (first === "help" || first === "--help" || first === "-h")
    return help(rest, terminal, await commandsOf(terminal, serve));
  if (first === "--version") return dispatch(["version", ...rest], terminal, serve);
  const implied = first.startsWith("-");
  const command = implied || first === "serve" ? serveCommand(serve) : find(first, await commandsOf(terminal, serve));
  const { values, positionals } = parse(command, implied ? argv : rest);
  if (values["help"]) {
    const { commandHelp } = await import("#cli/help.ts");
    return show(values, terminal, (look) => commandHelp(command, look));
  }
  if (positionals.length > command.maxOperands) {
    throw new UsageError(
      `Cannot use "${positionals[command.maxOperands]}" with ${command.name}: it takes ${command.operands || "options only"}`,
    );
  }
  if (positionals.includes("")) throw new UsageError(`Cannot use an empty word with ${command.name}: leave it out`);
  const load = () => loadConfig({ ...sourcesOf(command, values, terminal.env), profiles: terminal.profiles });
  return command.run({
    args: positionals,
    options: values as CommandContext["options"],
    out: terminal.out,
    err: terminal.err,
    live: terminal.live,
    screen: terminal.screen,
    paint: paintOf(values, terminal),
    loadConfig: load,
    connect: async () => {
      const [{ addressToCall, tokenHeaders }, { createClient }] = await Promise.all([
        import("#cli/token.ts"),
        import("#client/client.ts"),
      ]);
      const { config, origins } = await load();
      const headers = tokenHeaders(config.tokenFile, terminal.env["SEXTON_TOKEN"]);
      return createClient(addressToCall(config.listen), { origin: origins.get("listen") ?? "default", headers });
    },
  });
}

function paintOf(values: Values, { screen, env }: Terminal) {
  const choice = values["color"] ?? "auto";
  if (!colorChoices.includes(choice as ColorChoice))
    throw new UsageError(`Cannot use --color=${choice}: expected ${colorChoices.join(", ")}`);
  return createPaint(choice as ColorChoice, screen.size() !== null, env);
}

/** What `help` takes, in the shape of a command that is not listed. */
const helpCommand: Pick<Command, "options"> = { options: { json: { type: "boolean", description: "" } } };

async function help(argv: readonly string[], terminal: Terminal, commands: readonly Command[]): Promise<ExitCode> {
  const { commandHelp, helpFacts, initCommand, overview } = await import("#cli/help.ts");
  const { values, positionals } = parse(helpCommand, argv);
  const [name] = positionals;
  if (positionals.length > 1) throw new UsageError(`Cannot help with "${positionals[1]}" too: name one command`);
  if (values["json"]) terminal.out(`${JSON.stringify(helpFacts(commands))}\n`);
  else if (name === initCommand.name) terminal.out(await terminal.documents.initHelp());
  else if (name === undefined) return show(values, terminal, (look) => overview(commands, look));
  else return show(values, terminal, (look) => commandHelp(find(name, commands), look));
  return exitCode.ok;
}

function show(values: Values, terminal: Terminal, text: (look: HelpLook) => string): ExitCode {
  terminal.out(text({ paint: paintOf(values, terminal), width: terminal.screen.size()?.columns ?? null }));
  return exitCode.ok;
}

function find(name: string, commands: readonly Command[]): Command {
  const command = commands.find((known) => known.name === name);
  if (command) return command;
  const names = commands.map((known) => known.name);
  throw new UsageError(
    `Cannot run "${name}": there is no such command.${suggestion(name, names)} \`sexton help\` lists them`,
  );
}
