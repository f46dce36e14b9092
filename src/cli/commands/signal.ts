import { parseDuration } from "#base/duration.ts";
import { UsageError } from "#base/errors.ts";
import type { Command, CommandContext, ExitCode } from "#cli/command.ts";
import { acceptOf, jsonOption, show, textOption } from "#cli/show.ts";

const options = {
  target: {
    type: "string",
    value: "NAME",
    description: "A configured or discovered target; default: the one main app",
  },
  pid: { type: "string", value: "PID", description: "One process, by pid or id, instead of a target" },
  force: { type: "boolean", description: "Send although nothing handles it" },
  "dry-run": { type: "boolean", description: "Decide and report, but send nothing" },
  wait: {
    type: "string",
    value: "TIME",
    description: "Wait so long for the outcome: 5s; default 2s for reload, else 0",
  },
  ...jsonOption,
} as const;

export const signal: Command = {
  name: "signal",
  summary: "Send a verb or a signal to the main app; without one, list what can be sent to whom",
  operands: "[reload | terminate | HUP | …]",
  maxOperands: 1,
  options,
  run: (context) => send(context, context.args[0]),
};

export const reload: Command = {
  name: "reload",
  summary: "The same as signal reload",
  operands: "",
  maxOperands: 0,
  options,
  run: (context) => send(context, "reload"),
};

async function send(context: CommandContext, verb: string | undefined): Promise<ExitCode> {
  const client = await context.connect();
  const accept = acceptOf(context);
  if (verb === undefined) return show(context, await client.ask("/signal", { accept }));
  const pid = textOption(context, "pid");
  const wait = textOption(context, "wait");
  const waitMs = wait === undefined ? 0 : parseDuration(wait);
  if (waitMs === null) throw new UsageError(`Cannot wait "${wait}": expected a time such as 500ms, 5s or 1m`);
  const path =
    pid === undefined ? `/signal/${encodeURIComponent(verb)}` : `/processes/${encodeURIComponent(pid)}/signal`;
  const query = {
    verb: pid === undefined ? undefined : verb,
    target: textOption(context, "target"),
    force: context.options["force"] ? "true" : undefined,
    dryRun: context.options["dry-run"] ? "true" : undefined,
    wait,
  };
  return show(context, await client.ask(path, { method: "POST", query, accept, timeoutMs: waitMs + 10_000 }));
}
