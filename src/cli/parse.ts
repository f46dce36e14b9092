import { parseArgs } from "node:util";
import { suggestion } from "#base/closest.ts";
import { UsageError } from "#base/errors.ts";
import type { Command, Option, ParseOptions } from "#cli/command.ts";
import { colorChoices } from "#cli/paint.ts";
import { configKeys } from "#config/keys.ts";

export type Values = Record<string, string | boolean | string[] | undefined>;

/** What every command takes beside its own options and the settings. */
export const commonOptions: Readonly<Record<string, Option>> = {
  config: {
    type: "string",
    value: "FILE",
    description: "A YAML file with the settings (SEXTON_CONFIG); variables override it, flags override both",
  },
  color: {
    type: "string",
    value: "WHEN",
    choices: colorChoices,
    description: "auto (default: on a terminal, and without NO_COLOR), always or never",
  },
  help: { type: "boolean", short: "h", description: "Print this" },
};

/** Settings that are flags of a command; where it has an option of that name, this one is meant. */
export function settingsOf(command: Pick<Command, "options">) {
  return configKeys.filter(({ flag }) => !(flag in command.options));
}

/** Those that say where the agent is and who asks; the others are for who serves. */
export function settingsToShow(command: Pick<Command, "options" | "takesSettings">) {
  return settingsOf(command).filter(({ name }) => command.takesSettings || /^(listen|token)/.test(name));
}

export function parse(
  command: Pick<Command, "options">,
  argv: readonly string[],
): { values: Values; positionals: string[] } {
  const settings = settingsOf(command);
  const all = { ...commonOptions, ...command.options };
  const options: ParseOptions = Object.fromEntries([
    ...settings.map(({ flag, isMany }) => [flag, { type: "string", multiple: isMany }]),
    ...Object.entries(all).map(([name, { type, short }]) => [name, short ? { type, short } : { type }]),
  ]);
  const alone = new Map([
    // A setting that is a switch may stand alone: `--api-expose-environ`.
    ...settings.filter(({ isSwitch }) => isSwitch).map(({ flag }): [string, string] => [`--${flag}`, "true"]),
    ...Object.entries(all).flatMap(([name, option]): [string, string][] =>
      option.alone === undefined ? [] : [[`--${name}`, option.alone]],
    ),
  ]);
  const args = withValues(argv, alone, options);
  const { values, positionals, tokens } = readArgs(args, options);
  refuseTwice(tokens, options);
  refuseOthers(values as Values, all);
  return { values: values as Values, positionals };
}

function readArgs(args: string[], options: ParseOptions) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true, tokens: true });
  } catch (cause) {
    throw new UsageError(explain(cause as Error, args, Object.keys(options)), { cause });
  }
}

/** Of two values one would be lost. */
function refuseTwice(tokens: ReturnType<typeof readArgs>["tokens"], options: ParseOptions): void {
  const names = tokens.flatMap((token) => (token.kind === "option" ? [token.name] : []));
  const twice = names.find(
    (name, at) => options[name]?.type === "string" && !options[name].multiple && names.indexOf(name) !== at,
  );
  if (twice !== undefined)
    throw new UsageError(`Cannot use --${twice} twice: give it once; what may be many has commas between`);
}

function refuseOthers(values: Values, options: Readonly<Record<string, Option>>): void {
  for (const [name, { choices, isOneOf }] of Object.entries(options)) {
    const value = values[name];
    if (!isOneOf || !choices || typeof value !== "string" || choices.includes(value)) continue;
    throw new UsageError(
      `Cannot use --${name}=${value.slice(0, 80)}: expected ${choices.join(", ")}.${suggestion(value, choices)}`,
    );
  }
}

/**
 * Gives those that stand alone their value. A number that follows is meant to be it. After an option that takes a value
 * `-1` and `-cpu` are the value: no option of one letter is written so.
 */
function withValues(argv: readonly string[], alone: ReadonlyMap<string, string>, options: ParseOptions): string[] {
  const args: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const arg = argv[at] as string;
    if (arg === "--") return [...args, ...argv.slice(at)];
    const value = alone.get(arg);
    const next = argv[at + 1];
    const takesValue = arg.startsWith("--") && options[arg.slice(2)]?.type === "string" && value === undefined;
    if (takesValue && next !== undefined && /^-(\d|[a-z]{2})/.test(next)) {
      args.push(`${arg}=${next}`);
      at++;
      continue;
    }
    const isGiven = value !== undefined && next !== undefined && /^(\d|true$|false$)/.test(next);
    if (isGiven) at++;
    args.push(value === undefined ? arg : `${arg}=${isGiven ? next : value}`);
  }
  return args;
}

function explain({ message }: Error, args: readonly string[], known: readonly string[]): string {
  const [, dashes, unknown] = /Unknown option '(--?)([^']*)'/.exec(message) ?? [];
  if (unknown !== undefined) {
    const hint = suggestion(unknown, known, (near) => `--${near}`, " With --help it lists them.");
    return `Cannot use ${dashes}${unknown}: there is no such option.${hint}`;
  }
  const name = /Option '(?:-\w, )?--([\w-]+)/.exec(message)?.[1];
  if (name === undefined) return `Cannot read the command line: ${message}`;
  const given = args.find((arg) => arg.startsWith(`--${name}=`)) ?? `--${name}`;
  return /does not take/.test(message)
    ? `Cannot use ${given.slice(0, 80)}: it takes no value. Leave it out where it is not meant`
    : `Cannot use --${name}: a value is missing. Write --${name}=VALUE`;
}
