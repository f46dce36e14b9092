interface InitOption {
  readonly long: string;
  readonly short?: string;
  readonly takesValue?: boolean;
  /** What stands for the value. */
  readonly value?: string;
  readonly description: string;
}

/** The options of `sexton init`: what is read and what the help says. */
export const initOptions = [
  { long: "subreaper", short: "s", description: "Take over orphans when not pid 1; done anyway, with a note" },
  { long: "group", short: "g", description: "Send signals to the command's process group, not to it alone" },
  { long: "setsid", description: "Start the command in a session of its own and send signals to its group" },
  { long: "single-child", short: "c", description: "Send signals to the command alone, which is the default" },
  {
    long: "rewrite",
    short: "r",
    takesValue: true,
    value: "SIGNAL:SIGNAL",
    description: "Send the second for the first; 0 drops it. Repeatable",
  },
  {
    long: "remap-exit",
    short: "e",
    takesValue: true,
    value: "CODE",
    description: "Exit with 0 when the command exits with CODE. Repeatable",
  },
  {
    long: "parent-death-signal",
    short: "p",
    takesValue: true,
    value: "SIGNAL",
    description: "Get SIGNAL when the parent of sexton ends",
  },
  { long: "warn-on-reap", short: "w", description: "Say so for each orphan that is collected" },
  {
    long: "grace",
    takesValue: true,
    value: "DURATION",
    description: "When the command has ended: SIGTERM to the rest, SIGKILL after this time (10s)",
  },
  {
    long: "nofile",
    takesValue: true,
    value: "N",
    description: "The command's soft limit of open files",
  },
  { long: "no-api", description: "Be an init alone: no API, events, zombies, telemetry" },
  { long: "config", takesValue: true, value: "FILE", description: "Settings of the agent beside it, as for `serve`" },
  { long: "verbose", short: "v", description: "Say more; up to three times" },
  { long: "license", short: "l", description: "Print the licence of tini, whose messages sexton can speak" },
  { long: "help", short: "h", description: "Print this" },
  { long: "version", short: "V", description: "Print the version" },
] as const satisfies readonly InitOption[];

const rows = initOptions.map((option: InitOption): [string, string] => [
  `${option.short ? `-${option.short}, ` : "    "}--${option.long}${option.value ? ` ${option.value}` : ""}`,
  option.description,
]);
const width = Math.max(...rows.map(([left]) => left.length));

export const initHelp = `Usage: sexton init [options] -- command [argument...]

Runs a command as its init: forwards signals, collects orphans, exits as the command does.
The agent (API, events, zombies, telemetry) runs beside it, set up by --config and SEXTON_ variables.

Options:
${rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n")}

Environment: TINI_SUBREAPER, TINI_KILL_PROCESS_GROUP, TINI_VERBOSITY, DUMB_INIT_DEBUG, DUMB_INIT_SETSID.
Exit codes: the command's, 128 and its signal, 127 not found, 126 not executable, 2 wrong usage, 1 cannot run.
Called through a link named tini, docker-init or dumb-init, sexton takes that program's command line.
`;
