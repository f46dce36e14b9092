import { printableLines } from "#base/columns.ts";
import { type CommandContext, type ExitCode, exitCode } from "#cli/command.ts";
import type { ClientAnswer } from "#client/client.ts";

/** Prints what the agent answered: its text, or its problem with what would mend it. */
export function show({ out, err, options }: CommandContext, answer: ClientAnswer): ExitCode {
  if (answer.ok) {
    out(answer.text);
    return exitCode.ok;
  }
  if (options["json"]) out(answer.text);
  else {
    err(`${printableLines(answer.problem?.detail ?? `status ${answer.status}`)}\n`);
    if (answer.problem?.fix) err(`${printableLines(answer.problem.fix)}\n`);
    if (answer.status === 401) err("Set SEXTON_TOKEN to a token, or name its file: --token-file, SEXTON_TOKEN_FILE.\n");
  }
  return exitCode.failed;
}

/** The form that the person asked for. */
export function acceptOf({ options }: CommandContext): "application/json" | "text/plain" {
  return options["json"] ? "application/json" : "text/plain";
}

export const jsonOption = { json: { type: "boolean", description: "Print the answer as JSON" } } as const;

/** The value of an option that takes one. */
export function textOption({ options }: CommandContext, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}
