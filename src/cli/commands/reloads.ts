import { UsageError } from "#base/errors.ts";
import { type Command, type CommandContext, type ExitCode, exitCode } from "#cli/command.ts";
import { acceptOf, jsonOption, show, textOption } from "#cli/show.ts";
import { type ReloadSummary, reloadText } from "#process/reload-text.ts";

/** What a watch can be told, with the options that it takes. */
const actions: Readonly<Record<string, readonly string[]>> = {
  run: ["dry-run"],
  hold: ["for", "dry-run"],
  release: ["dry-run"],
};

export const reloads: Command = {
  name: "reloads",
  summary: "What is watched, and what became of the last reloads; with run, hold or release for one watch",
  actions: {
    run: "Reload now: exit code 0 also where nothing shows its effect (unconfirmed), 1 where it failed or was rejected",
    hold: "No reload of its own accord for a while; what changes meanwhile is reloaded afterwards",
    release: "End that",
  },
  operands: "[run NAME | hold NAME | release NAME]",
  maxOperands: 2,
  names: "watches",
  options: {
    for: { type: "string", value: "TIME", description: "With hold: so long, 10m (default), at most 24h" },
    "dry-run": { type: "boolean", description: "With an action: decide and report, but do nothing" },
    ...jsonOption,
  },
  async run(context) {
    const [action, name] = context.args;
    refuseMisplaced(context, action);
    if (action === undefined) {
      const client = await context.connect();
      return show(context, await client.ask("/reloads", { accept: acceptOf(context), expects: "watches" }));
    }
    if (name === undefined)
      throw new UsageError(`Cannot ${action} nothing: name a watch; \`sexton reloads\` lists them`);
    return action === "run" ? run(context, name) : setHold(context, action, name);
  },
};

function refuseMisplaced({ options }: CommandContext, action: string | undefined): void {
  const taken = action === undefined ? [] : actions[action];
  if (!taken) throw new UsageError(`Cannot do "${action}" with reloads: there is run, hold and release`);
  const misplaced = ["for", "dry-run"].find((option) => options[option] !== undefined && !taken.includes(option));
  if (misplaced === undefined) return;
  const takers = Object.keys(actions).filter((each) => actions[each]?.includes(misplaced));
  throw new UsageError(`Cannot use --${misplaced} without ${takers.join(", ")}`);
}

/** The agent answers when the reload has ended, and waits for no longer than this itself. */
const timeoutMs = 270_000;

async function run(context: CommandContext, name: string): Promise<ExitCode> {
  const client = await context.connect();
  const query = { dryRun: context.options["dry-run"] ? "true" : undefined };
  const path = `/reloads/${encodeURIComponent(name)}`;
  const answer = await client.ask(path, {
    method: "POST",
    query,
    accept: "application/json",
    expects: "status",
    timeoutMs,
  });
  if (!answer.ok || context.options["json"]) show(context, answer);
  if (!answer.ok) return exitCode.failed;
  const summary = JSON.parse(answer.text) as ReloadSummary;
  if (!context.options["json"]) context.out(reloadText(summary));
  return summary.status === "failed" || summary.status === "rejected" ? exitCode.failed : exitCode.ok;
}

async function setHold(context: CommandContext, action: string, name: string): Promise<ExitCode> {
  const client = await context.connect();
  const query = { for: textOption(context, "for"), dryRun: context.options["dry-run"] ? "true" : undefined };
  const path = `/reloads/${encodeURIComponent(name)}/${action}`;
  return show(context, await client.ask(path, { method: "POST", query, accept: acceptOf(context) }));
}
