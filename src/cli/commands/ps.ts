import { printableLines } from "#base/columns.ts";
import { UsageError } from "#base/errors.ts";
import { type Command, type CommandContext, type ExitCode, exitCode } from "#cli/command.ts";
import type { Size } from "#cli/screen.ts";
import { jsonOption, show, textOption } from "#cli/show.ts";
import { watchAnswers } from "#cli/watch.ts";
import type { ClientAnswer } from "#client/client.ts";
import { type ProcessLine, processTable } from "#process/process-table.ts";
import { sortKeys } from "#process/selector.ts";
import { processStates } from "#process/state.ts";

export const ps: Command = {
  name: "ps",
  summary: "List the processes of the pod",
  operands: "",
  maxOperands: 0,
  options: {
    tree: { type: "boolean", description: "Children below their parents" },
    watch: {
      type: "string",
      value: "SECONDS",
      alone: "2",
      description: "Again and again, every 2 seconds or as given, until q or Ctrl-C",
    },
    container: {
      type: "string",
      value: "NAME",
      names: "containers",
      description: "Of this container only: name, or start of the id",
    },
    pod: { type: "string", value: "POD", description: "Of this pod only: name, namespace/name, or start of the UID" },
    namespace: { type: "string", value: "NAME", description: "Of the pods of this namespace only" },
    name: { type: "string", value: "NAME", description: "With this process name only" },
    state: {
      type: "string",
      value: "STATE",
      choices: processStates,
      isOneOf: true,
      description: `In this state only: ${processStates.join(", ")}`,
    },
    uid: { type: "string", value: "UID", description: "Of this user only" },
    stray: { type: "boolean", description: "Only those that belong to nobody: left by probes and exec sessions" },
    sort: {
      type: "string",
      value: "KEY",
      choices: sortKeys.flatMap((key) => [key, `-${key}`]),
      isOneOf: true,
      description: `By ${sortKeys.join(", ")}; a leading - reverses (--sort=-cpu)`,
    },
    limit: { type: "string", value: "N", description: "At most so many" },
    ...jsonOption,
  },
  examples: [
    ["sexton ps --tree --container web", "the processes of one container, by parent"],
    ["sexton ps --watch --sort=-cpu", "who works most, as it changes"],
    ["sexton ps --state zombie --json", "what has ended and was not collected, for a program"],
  ],
  async run(context) {
    const everyMs = periodOf(textOption(context, "watch"));
    const client = await context.connect();
    const filters = ["container", "pod", "namespace", "name", "state", "uid", "sort", "limit"];
    const query = {
      ...Object.fromEntries(filters.map((filter) => [filter, textOption(context, filter)])),
      view: context.options["tree"] ? "tree" : undefined,
      stray: context.options["stray"] ? "true" : undefined,
    };
    const ask = () => client.ask("/processes", { query, accept: "application/json", expects: "processes" });
    if (everyMs !== null) return watchAnswers(context, { everyMs, ask, text: tableOf, title: titleOf });
    return list(context, await ask(), query);
  },
};

function list(
  context: CommandContext,
  answer: ClientAnswer,
  query: Readonly<Record<string, string | undefined>>,
): ExitCode {
  if (!answer.ok || context.options["json"]) return show(context, answer);
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [`${name} "${value}"`]));
  if ((JSON.parse(answer.text) as Listing).processes.length === 0 && given.length > 0)
    context.err(`sexton: there is no process with ${printableLines(given.join(", "))}\n`);
  context.out(tableOf(context, answer.text, context.screen.size()));
  return exitCode.ok;
}

interface Listing {
  readonly observedAt: string;
  readonly count: number;
  readonly processes: readonly ProcessLine[];
}

/** On a terminal as wide as that is, else whole. */
function tableOf({ options, paint }: CommandContext, json: string, size: Size | null): string {
  const { processes } = JSON.parse(json) as Listing;
  return processTable(processes, {
    strays: options["stray"] === true,
    look: {
      width: size?.columns ?? null,
      paintTitles: paint.heading,
      paintProcess: ({ state, stray }, line) =>
        state === "zombie" ? paint.bad(line) : stray ? paint.doubtful(line) : line,
    },
  });
}

function titleOf(json: string): string {
  const { count, observedAt } = JSON.parse(json) as Listing;
  return `${count} process${count === 1 ? "" : "es"} at ${observedAt.slice(11, 19)} UTC`;
}

const leastSeconds = 0.2;
const mostSeconds = 86_400;

function periodOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= leastSeconds && seconds <= mostSeconds) return seconds * 1_000;
  throw new UsageError(
    `Cannot watch every "${text}" seconds: expected a number from ${leastSeconds} to ${mostSeconds}`,
  );
}
