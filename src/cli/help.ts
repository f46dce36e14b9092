import { type Command, exitCode, type Option } from "#cli/command.ts";
import type { Paint } from "#cli/paint.ts";
import { commonOptions, settingsToShow } from "#cli/parse.ts";
import { explainConfig } from "#config/explain.ts";
import { type ConfigKey, configKeys } from "#config/keys.ts";
import { createConfigSchema } from "#config/schema.ts";

/** Not one of the commands: it is decided by the program's entry, before any of these is loaded. */
export const initCommand = {
  name: "init",
  summary: "Run a command as its init, with the agent beside it: sexton init --help",
} as const;

/** A left side, and what it means. */
type Entry = readonly [left: string, right: string];

const exitCodes: readonly (readonly [number, string])[] = [
  [exitCode.ok, "done"],
  [exitCode.failed, "refused or failed: the agent has said why"],
  [exitCode.usage, "wrong usage or configuration: nothing was asked of the agent"],
  [exitCode.unreachable, "the agent cannot be reached"],
  [exitCode.restart, "serve alone: the pod is to be restarted (POST /pod/restart)"],
];

/** Variables beside those of the settings. */
const environment: readonly Entry[] = [
  ["SEXTON_CONFIG", "The file that --config names"],
  ["SEXTON_TOKEN", "Who asks, where the agent wants to know: the token itself"],
  ["SEXTON_…", "Each setting has a variable: `sexton help serve` lists them. One that is none is an error"],
  ["NO_COLOR", "When it is not empty, no colours: https://no-color.org"],
  ["TERM", "dumb: no colours"],
];

const overviewExamples: readonly Entry[] = [
  ["sexton", "serve on 127.0.0.1:9099"],
  ["sexton ps --tree", "who runs in the pod, and whose child it is"],
  ["sexton reload --dry-run", "what a reload of the main app would send, and whether it would survive that"],
  ["sexton events --follow --types process.exited", "exits and their codes as they happen"],
];

export interface HelpLook {
  readonly paint: Paint;
  /** Of the terminal; null: as people read it elsewhere. */
  readonly width: number | null;
}

const usualWidth = 100;
/** Wider than this lines are hard to read. */
const mostWidth = 120;

export function overview(commands: readonly Command[], look: HelpLook): string {
  return pageOf(look, [
    "Usage: sexton [command] [options]",
    "sexton signals the processes of a pod and lists them, from a sidecar container in a shared process namespace. Without a command it serves.",
    { title: "Commands", entries: [...commands, initCommand].map(({ name, summary }): Entry => [name, summary]) },
    { title: "Options of every command", entries: optionEntries(commonOptions) },
    { title: "Environment", entries: environment },
    { title: "Exit codes", entries: exitCodes.map(([code, meaning]): Entry => [String(code), meaning]) },
    { title: "Examples", entries: overviewExamples },
    "`sexton help COMMAND` and `sexton COMMAND --help` say more; `sexton help --json` is all of it for programs.",
  ]);
}

export function commandHelp(command: Command, look: HelpLook): string {
  const { name, operands, summary, actions = {}, options, examples = [], takesSettings } = command;
  return pageOf(look, [
    `Usage: ${["sexton", name, operands, "[options]"].filter((part) => part !== "").join(" ")}`,
    `${summary}.`,
    { title: "Actions", entries: Object.entries(actions) },
    { title: "Options", entries: optionEntries(options) },
    { title: "Options of every command", entries: optionEntries(commonOptions) },
    { title: "Settings (and the variable of each)", entries: settingEntries(command) },
    takesSettings ? "" : "It takes the other settings too, and ignores them: `sexton help serve` lists them.",
    { title: "Exit codes", entries: exitCodes.map(([code, meaning]): Entry => [String(code), meaning]) },
    { title: "Examples", entries: examples },
  ]);
}

function settingEntries(command: Command): Entry[] {
  return settingFacts(settingsToShow(command)).map((setting): Entry => {
    const { flag, variable, description, default: usual } = setting;
    const text = typeof usual === "object" ? JSON.stringify(usual) : String(usual);
    const isTold = usual === null || /^(\[\]|\{\})$/.test(text) || description.includes("default");
    return [flag, `${description}${isTold ? "" : `; default ${text.replace(/^\["(.*)"\]$/, "$1")}`} (${variable})`];
  });
}

function settingFacts(settings: readonly ConfigKey[]) {
  const { config } = createConfigSchema();
  const defaults = new Map(
    explainConfig({ config: config.parse({}), origins: new Map() }).map(({ key, value }) => [key, value]),
  );
  return settings.map(({ name, flag, variable, description }) => ({
    name,
    flag: `--${flag}`,
    variable,
    description,
    default: defaults.get(name) ?? null,
  }));
}

function optionEntries(options: Readonly<Record<string, Option>>): Entry[] {
  return Object.entries(options).map(([name, { short, value, alone, description }]) => {
    const given = value === undefined ? "" : alone === undefined ? ` ${value}` : ` [${value}]`;
    return [`${short ? `-${short}, ` : ""}--${name}${given}`, description];
  });
}

type Part = string | { readonly title: string; readonly entries: readonly Entry[] };

function pageOf({ paint, width }: HelpLook, parts: readonly Part[]): string {
  const room = Math.min(width ?? usualWidth, mostWidth);
  const texts = parts.map((part) => {
    if (typeof part === "string") return part === "" ? "" : `${Bun.wrapAnsi(part, room)}\n`;
    if (part.entries.length === 0) return "";
    return `${paint.heading(`${part.title}:`)}\n${part.entries.map((entry) => entryText(entry, leftOf(part.entries, room), room)).join("")}`;
  });
  return texts.filter((text) => text !== "").join("\n");
}

/** How wide the left sides are: where few are much longer, these have the line for themselves. */
function leftOf(entries: readonly Entry[], room: number): number {
  return Math.min(Math.max(...entries.map(([left]) => left.length)), Math.max(12, Math.floor(room / 3)));
}

function entryText([left, right]: Entry, leftWidth: number, room: number): string {
  const indent = " ".repeat(leftWidth + 4);
  const lines = Bun.wrapAnsi(right, Math.max(20, room - indent.length)).split("\n");
  const first = left.length > leftWidth ? [`  ${left}`] : [`  ${left.padEnd(leftWidth)}  ${lines.shift() ?? ""}`];
  return [...first, ...lines.map((line) => indent + line)].map((line) => `${line.trimEnd()}\n`).join("");
}

/** All that the help says, for programs: documentation is made from it. */
export function helpFacts(commands: readonly Command[]): object {
  return {
    commands: [
      ...commands.map(({ run: _, options, ...facts }) => ({ ...facts, options: optionFacts(options) })),
      { ...initCommand, operands: "[options] -- command [argument…]", options: [] },
    ],
    commonOptions: optionFacts(commonOptions),
    settings: settingFacts(configKeys),
    environment: environment.map(([name, description]) => ({ name, description })),
    exitCodes: exitCodes.map(([code, meaning]) => ({ code, meaning })),
  };
}

function optionFacts(options: Readonly<Record<string, Option>>): object[] {
  return Object.entries(options).map(([name, option]) => ({ name: `--${name}`, ...option }));
}
