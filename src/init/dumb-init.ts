import { dumbInitHelp, rewriteHelp } from "#init/dumb-init-text.ts";
import { describeAsGlibc, getopt } from "#init/getopt.ts";
import { type CommandLine, environmentOf } from "#init/settings.ts";

const version = "1.2.5";
/** dumb-init's own numbering: real-time signals go on as they come. */
const maxSignal = 31;

const shapes = [
  { long: "help", short: "h" },
  { long: "single-child", short: "c" },
  { long: "rewrite", short: "r", takesValue: true },
  { long: "verbose", short: "v" },
  { long: "version", short: "V" },
] as const;

/** The command line of dumb-init 1.2.5 (dumb-init.c: parse_command). */
export function parseDumbInit(name: string, args: readonly string[], variables: readonly string[]): CommandLine {
  const env = environmentOf(variables);
  let [session, debug] = [true, false];
  const rewrites = new Map<number, number>();
  const { found, operands } = getopt(args, shapes);
  for (const each of found) {
    if ("problem" in each) return { exit: 1, err: describeAsGlibc(name, each.problem) };
    const { option, value } = each;
    switch (option.short) {
      case "h":
        return { exit: 0, err: dumbInitHelp(name, version) };
      case "V":
        return { exit: 0, err: `dumb-init v${version}\n` };
      case "v":
        debug = true;
        break;
      case "c":
        session = false;
        break;
      case "r": {
        const rewrite = parseRewrite(value);
        if (!rewrite) return { exit: 1, err: rewriteHelp(maxSignal) };
        rewrites.set(...rewrite);
      }
    }
  }
  if (operands.length === 0) {
    return { exit: 1, err: `Usage: ${name} [option] program [args]\nTry ${name} --help for full usage.\n` };
  }
  let notes = "";
  if (env("DUMB_INIT_DEBUG") === "1") {
    debug = true;
    notes += "[dumb-init] Running in debug mode.\n";
  }
  if (env("DUMB_INIT_SETSID") === "0") {
    session = false;
    if (debug) notes += "[dumb-init] Not running in setsid mode.\n";
  }
  // A group that nobody of its session watches over does not stop by these (setpgid(2), orphaned process groups).
  if (session) for (const number of stops) if (!rewrites.has(number)) rewrites.set(number, SIGSTOP);
  return {
    settings: {
      ...defaults,
      command: operands,
      place: session ? "own-session" : "same",
      toGroup: session,
      rewrites,
      verbosity: debug ? 2 : 1,
    },
    notes,
  };
}

const SIGSTOP = 19;
/** SIGTSTP, SIGTTOU, SIGTTIN: what a terminal stops a process group by. */
export const stops: readonly number[] = [20, 22, 21];

/** sscanf("%d:%d"): what follows is not looked at. */
function parseRewrite(text: string): [number, number] | null {
  const match = /^\s*([-+]?\d+):\s*([-+]?\d+)/.exec(text);
  const [from, to] = [Number(match?.[1]), Number(match?.[2])];
  return from >= 1 && from <= maxSignal && to >= 0 && to <= maxSignal ? [from, to] : null;
}

const defaults = {
  personality: "dumb-init",
  subreaper: "no",
  suspends: true,
  parentDeathSignal: null,
  remapped: new Set<number>(),
  warnsOnReap: false,
  endsGroup: true,
  graceMs: null,
  nofile: null,
  api: null,
} as const;
