import { parseDuration } from "#base/duration.ts";
import { UsageError } from "#base/errors.ts";
import { type Command, type CommandContext, type ExitCode, exitCode } from "#cli/command.ts";
import { jsonOption, show, textOption } from "#cli/show.ts";
import type { Client } from "#client/client.ts";
import { standardSignals } from "#process/signal.ts";
import { type SignalSummary, signalText, type TargetSummary, targetsTable } from "#process/signal-text.ts";

const options = {
  target: {
    type: "string",
    value: "NAME",
    names: "targets",
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

const likely = ["HUP", "INT", "QUIT", "USR1", "USR2", "TERM", "KILL", "CONT", "WINCH"];
/** Verbs that every app has, the signals that people send, and all of them by their full names. */
const verbs = ["reload", "terminate", "reopen-logs", "dump", ...likely, ...standardSignals];

export const signal: Command = {
  name: "signal",
  summary: "Send a verb or a signal to the main app; without one, list what can be sent to whom",
  operands: "[reload | terminate | HUP | …]",
  maxOperands: 1,
  choices: verbs,
  options,
  examples: [
    ["sexton signal", "what can be sent to whom, and what it would do"],
    ["sexton signal HUP --dry-run", "whether the main app would survive a SIGHUP"],
    ["sexton signal terminate --target app --wait 30s", "asks it to end, and says how it did"],
  ],
  run(context) {
    const [verb] = context.args;
    if (verb !== undefined) return send(context, verb);
    const misplaced = ["target", "pid", "force", "dry-run", "wait"].find((name) => context.options[name] !== undefined);
    if (misplaced === undefined) return list(context);
    throw new UsageError(
      `Cannot use --${misplaced} with nothing to send: name a verb or a signal, such as reload or HUP`,
    );
  },
};

export const reload: Command = {
  name: "reload",
  summary: "The same as signal reload",
  operands: "",
  maxOperands: 0,
  options,
  examples: [["sexton reload --wait 10s", "and what shows that it took effect; exit code 1 where it failed"]],
  run: (context) => send(context, "reload"),
};

async function list(context: CommandContext): Promise<ExitCode> {
  const { out, options, paint, screen } = context;
  const client = await context.connect();
  const answer = await client.ask("/signal", { accept: "application/json", expects: "targets" });
  if (!answer.ok || options["json"]) return show(context, answer);
  const { targets } = JSON.parse(answer.text) as { targets: readonly TargetSummary[] };
  out(targetsTable(targets, { width: screen.size()?.columns ?? null, paintTitles: paint.heading }));
  out("\nsexton signal VERB --target NAME sends one of them, --dry-run says what would happen\n");
  return exitCode.ok;
}

async function send(context: CommandContext, verb: string): Promise<ExitCode> {
  const wait = textOption(context, "wait");
  const waitMs = wait === undefined ? 0 : parseDuration(wait);
  if (waitMs === null) throw new UsageError(`Cannot wait "${wait}": expected a time such as 500ms, 5s or 1m`);
  const answer = await post(context, await context.connect(), verb, waitMs);
  if (!answer.ok || context.options["json"]) show(context, answer);
  if (!answer.ok) return exitCode.failed;
  const summary = JSON.parse(answer.text) as SignalSummary;
  if (!context.options["json"]) context.out(signalText(summary));
  return isFailed(summary) ? exitCode.failed : exitCode.ok;
}

function post(context: CommandContext, client: Client, verb: string, waitMs: number) {
  const pid = textOption(context, "pid");
  if (pid === "") throw new UsageError("Cannot signal nobody: --pid is empty");
  const path =
    pid === undefined ? `/signal/${encodeURIComponent(verb)}` : `/processes/${encodeURIComponent(pid)}/signal`;
  const query = {
    verb: pid === undefined ? undefined : verb,
    target: textOption(context, "target"),
    force: context.options["force"] ? "true" : undefined,
    dryRun: context.options["dry-run"] ? "true" : undefined,
    wait: textOption(context, "wait"),
  };
  return client.ask(path, {
    method: "POST",
    query,
    accept: "application/json",
    expects: "sent",
    timeoutMs: waitMs + 10_000,
  });
}

/** A reload that is known to have failed, be it that it ended the app. */
function isFailed({ verb, outcome }: SignalSummary): boolean {
  return outcome?.failure !== undefined || (verb === "reload" && outcome?.status === "exited");
}
