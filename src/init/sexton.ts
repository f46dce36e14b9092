import { suggestion } from "#base/closest.ts";
import { parseDuration } from "#base/duration.ts";
import { stops } from "#init/dumb-init.ts";
import { getopt, type OptionProblem } from "#init/getopt.ts";
import { initHelp, initOptions } from "#init/help.ts";
import { type CommandLine, environmentOf } from "#init/settings.ts";
import { tiniVerbosity } from "#init/tini.ts";
import { tiniLicense } from "#init/tini-text.ts";
import { nearestSignal, parseSignal } from "#process/signal.ts";

const usage = 2;
const SIGSTOP = 19;

/** The command line of `sexton init`, behind that word: what tini and dumb-init take, with long names, and more. */
export function parseInit(args: readonly string[], variables: readonly string[], version: string): CommandLine {
  const env = environmentOf(variables);
  const { found, operands } = getopt(args, initOptions);
  let subreaper = env("TINI_SUBREAPER") !== undefined;
  let group = env("TINI_KILL_PROCESS_GROUP") !== undefined;
  let [session, singleChild, warnsOnReap, api] = [false, env("DUMB_INIT_SETSID") === "0", false, true];
  let verbosity = tiniVerbosity(env) ?? (env("DUMB_INIT_DEBUG") === "1" ? 3 : 1);
  let parentDeathSignal: number | null = null;
  let graceMs: number | null = null;
  let nofile: number | null = null;
  let config: string | null = env("SEXTON_CONFIG") ?? null;
  const remapped = new Set<number>();
  const rewrites = new Map<number, number>();
  for (const each of found) {
    if ("problem" in each) return wrong(explain(each.problem));
    const { option, value } = each;
    switch (option.long) {
      case "help":
        return { exit: 0, out: initHelp };
      case "version":
        return { exit: 0, out: `sexton ${version}\n` };
      case "license":
        return { exit: 0, out: tiniLicense };
      case "subreaper":
        subreaper = true;
        break;
      case "group":
        group = true;
        break;
      case "setsid":
        session = true;
        break;
      case "single-child":
        singleChild = true;
        break;
      case "warn-on-reap":
        warnsOnReap = true;
        break;
      case "verbose":
        verbosity++;
        break;
      case "no-api":
        api = false;
        break;
      case "config":
        config = value;
        break;
      case "parent-death-signal": {
        const signal = parseSignal(value);
        if (!signal) return wrong(unknownSignal("--parent-death-signal", value));
        parentDeathSignal = signal.number;
        break;
      }
      case "remap-exit":
        if (!/^\d{1,3}$/.test(value) || Number(value) > 255) {
          return wrong(`Cannot use --remap-exit ${value}: expected an exit code from 0 to 255`);
        }
        remapped.add(Number(value));
        break;
      case "rewrite": {
        const rewrite = parseRewrite(value);
        if (typeof rewrite === "string") return wrong(rewrite);
        rewrites.set(...rewrite);
        break;
      }
      case "grace":
        graceMs = parseDuration(value);
        if (graceMs === null) return wrong(`Cannot use --grace ${value}: expected a duration such as 10s or 500ms`);
        break;
      case "nofile":
        if (!/^[1-9]\d{0,9}$/.test(value)) return wrong(`Cannot use --nofile ${value}: expected a number of files`);
        nofile = Number(value);
        break;
    }
  }
  if (operands.length === 0) return wrong("Cannot start anything: no command is given. Write sexton init -- command");
  if (singleChild && session)
    return wrong("Cannot use --single-child with --setsid: signals go either to one or to all");
  if (singleChild && group) return wrong("Cannot use --single-child with --group: signals go either to one or to all");
  if (session) for (const number of stops) if (!rewrites.has(number)) rewrites.set(number, SIGSTOP);
  return {
    settings: {
      personality: "sexton",
      command: operands,
      subreaper: subreaper ? "yes" : "automatic",
      place: session ? "own-session" : "own-group",
      toGroup: group || session,
      rewrites,
      suspends: session,
      parentDeathSignal,
      remapped,
      warnsOnReap,
      verbosity,
      endsGroup: session,
      graceMs,
      nofile,
      api: api ? { config } : null,
    },
  };
}

function wrong(sentence: string): CommandLine {
  return { exit: usage, err: `sexton: ${sentence}. \`sexton init --help\` lists the options.\n` };
}

function explain({ kind, said, candidates }: OptionProblem): string {
  const name = said.startsWith("--") ? said : `-${said}`;
  const longs = initOptions.map(({ long }) => long);
  switch (kind) {
    case "unknown":
      return said.startsWith("--")
        ? `Cannot use ${name}: there is no such option.${suggestion(said.slice(2), longs, (near) => `--${near}`)}`
        : `Cannot use ${name}: there is no such option. The short ones are ${initOptions.flatMap((option) => ("short" in option ? [`-${option.short}`] : [])).join(" ")}`;
    case "ambiguous":
      return `Cannot use ${name}: it may be ${candidates.join(" or ")}`;
    case "needs-value":
      return `Cannot use ${name} alone: it takes a value`;
    case "takes-none":
      return `Cannot give ${name} a value: it takes none`;
  }
}

/** `HUP:TERM`, `15:0`: what is to be sent in the place of what comes. */
function parseRewrite(text: string): [number, number] | string {
  const [from = "", to = "", ...more] = text.split(":");
  const [received, sent] = [parseSignal(from), to === "0" ? { number: 0 } : parseSignal(to)];
  if (text.split(":").length !== 2 || more.length > 0) {
    return `Cannot use --rewrite ${text}: expected SIGNAL:SIGNAL, or SIGNAL:0 to drop it`;
  }
  if (!received) return unknownSignal("--rewrite", from);
  return sent ? [received.number, sent.number] : unknownSignal("--rewrite", to);
}

function unknownSignal(option: string, text: string): string {
  return `Cannot use ${option} with signal "${text}": there is no such signal. Did you mean ${nearestSignal(text)}?`;
}
