import { describeAsGlibc, getopt } from "#init/getopt.ts";
import { type CommandLine, type Environment, environmentOf } from "#init/settings.ts";
import { tiniLicense, tiniUsage } from "#init/tini-text.ts";
import { signalNumber, standardSignals } from "#process/signal.ts";

const version = "tini version 0.19.0";

const shapes = [
  { short: "p", takesValue: true },
  { short: "h" },
  { short: "v" },
  { short: "w" },
  { short: "g" },
  { short: "l" },
  { short: "e", takesValue: true },
  { short: "s" },
] as const;

/** The signals that tini knows by name, for -p. */
const unnamed: readonly string[] = ["SIGSTKFLT", "SIGIO", "SIGPWR"];
const deathSignals = new Map<string, number>(
  standardSignals.filter((name) => !unnamed.includes(name)).map((name) => [name, signalNumber(name)]),
);

/** The command line of tini 0.19.0 (src/tini.c: parse_args, parse_env), which reads options behind operands too. */
export function parseTini(
  name: string,
  args: readonly string[],
  variables: readonly string[],
  pid: number,
): CommandLine {
  const env = environmentOf(variables);
  if (args.length === 1 && args[0] === "--version") return { exit: 0, out: `${version}\n` };
  const usage = tiniUsage(name, version);
  let [subreaper, toGroup, warnsOnReap] = [false, false, false];
  let parentDeathSignal: number | null = null;
  let verbosity = 1;
  const remapped = new Set<number>();
  const fatal = (what: string) => ({ exit: 1, err: `[FATAL tini (${pid})] ${what}\n` });
  const { found, operands } = getopt(args, shapes, env("POSIXLY_CORRECT") === undefined);
  for (const each of found) {
    if ("problem" in each) return { exit: 1, err: `${describeAsGlibc(name, each.problem)}${usage}` };
    const { option, value } = each;
    switch (option.short) {
      case "h":
        return { exit: 0, out: usage };
      case "l":
        return { exit: 0, out: tiniLicense };
      case "s":
        subreaper = true;
        break;
      case "g":
        toGroup = true;
        break;
      case "w":
        warnsOnReap = true;
        break;
      case "v":
        verbosity++;
        break;
      case "p":
        parentDeathSignal = deathSignals.get(value) ?? null;
        if (parentDeathSignal === null) return fatal(`Not a valid option for -p: ${value}`);
        break;
      case "e": {
        const code = decimal(value);
        if (code === null || code < 0 || code > 255) return fatal(`Not a valid option for -e: ${value}`);
        remapped.add(code);
        break;
      }
    }
  }
  if (operands.length === 0) return { exit: 1, err: usage };
  return {
    settings: {
      ...defaults,
      command: operands,
      subreaper: subreaper || env("TINI_SUBREAPER") !== undefined ? "yes" : "no",
      toGroup: toGroup || env("TINI_KILL_PROCESS_GROUP") !== undefined,
      warnsOnReap,
      verbosity: tiniVerbosity(env) ?? verbosity,
      parentDeathSignal,
      remapped,
    },
  };
}

/** TINI_VERBOSITY by atoi(3), which takes 0 for what is no number; null where it is not set. */
export function tiniVerbosity(env: Environment): number | null {
  const text = env("TINI_VERBOSITY");
  return text === undefined ? null : Number(/^\s*([-+]?\d+)/.exec(text)?.[1] ?? 0);
}

/** strtol(3) of a whole string; an empty one is 0. */
function decimal(text: string): number | null {
  if (text === "") return 0;
  return /^\s*[-+]?\d+$/.test(text) ? Number(text) : null;
}

const defaults = {
  personality: "tini",
  place: "own-group",
  rewrites: new Map(),
  suspends: false,
  endsGroup: false,
  graceMs: null,
  nofile: null,
  api: null,
} as const;
