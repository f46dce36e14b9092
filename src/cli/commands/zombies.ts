import { parseDuration } from "#base/duration.ts";
import { UsageError } from "#base/errors.ts";
import { type Command, type CommandContext, type ExitCode, exitCode } from "#cli/command.ts";
import { acceptOf, jsonOption, show, textOption } from "#cli/show.ts";
import { type ReapSummary, reapText } from "#process/reap-text.ts";
import { strategies } from "#process/zombie.ts";

export const zombies: Command = {
  name: "zombies",
  summary: "Who has ended and was not collected, and whose fault that is; with --reap, have them collected",
  operands: "",
  maxOperands: 0,
  options: {
    reap: { type: "boolean", description: "Have them collected" },
    strategy: {
      type: "string",
      value: "STRATEGY",
      choices: strategies,
      isOneOf: true,
      description: "auto (default: the mildest that works), wait, nudge, adopt or terminate-parent",
    },
    pids: { type: "string", value: "PIDS", description: "These zombies only, by pid or id, with commas between" },
    "min-age": {
      type: "string",
      value: "TIME",
      description: "Only those that ended so long ago: 60s, or a number of seconds",
    },
    "dry-run": { type: "boolean", description: "With --reap: decide and report, but do nothing" },
    ...jsonOption,
  },
  examples: [
    ["sexton zombies --reap --dry-run", "what would be done about each, and whether it would work"],
    ["sexton zombies --reap --strategy nudge", "tells their parents that children have ended"],
  ],
  async run(context) {
    if (context.options["reap"]) return reap(context);
    const misplaced = ["strategy", "pids", "min-age", "dry-run"].find((name) => context.options[name] !== undefined);
    if (misplaced) throw new UsageError(`Cannot use --${misplaced} without --reap: nothing is collected without it`);
    const client = await context.connect();
    return show(context, await client.ask("/zombies", { accept: acceptOf(context), expects: "zombies" }));
  },
};

/** terminate-parent waits for the parent's grace period. */
const timeoutMs = 70_000;

async function reap(context: CommandContext): Promise<ExitCode> {
  const minAge = textOption(context, "min-age");
  const minAgeMs = minAge === undefined ? undefined : parseDuration(minAge);
  if (minAgeMs === null)
    throw new UsageError(`Cannot use --min-age=${minAge}: expected a time such as 500ms, 60s or 1m`);
  const client = await context.connect();
  const query = {
    strategy: textOption(context, "strategy"),
    pids: textOption(context, "pids"),
    minAgeSeconds: minAgeMs === undefined ? undefined : String(minAgeMs / 1_000),
    dryRun: context.options["dry-run"] ? "true" : undefined,
  };
  const answer = await client.ask("/zombies/reap", {
    method: "POST",
    query,
    accept: "application/json",
    expects: "results",
    timeoutMs,
  });
  if (!answer.ok || context.options["json"]) show(context, answer);
  if (!answer.ok) return exitCode.failed;
  const summary = JSON.parse(answer.text) as ReapSummary;
  if (!context.options["json"]) context.out(reapText(summary));
  return summary.results.some(({ outcome }) => outcome === "refused" || outcome === "failed")
    ? exitCode.failed
    : exitCode.ok;
}
