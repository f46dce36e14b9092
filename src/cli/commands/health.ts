import { type Command, exitCode } from "#cli/command.ts";
import { jsonOption, show } from "#cli/show.ts";

export const health: Command = {
  name: "health",
  summary: "Ask the running agent whether it is ready: exit code 0, 1, or 3 when it cannot be reached",
  operands: "",
  maxOperands: 0,
  options: jsonOption,
  examples: [["sexton health && echo ready", "as a start-up probe asks, where no kubelet does"]],
  async run(context) {
    const client = await context.connect();
    // A probe's answer is text, whoever asks.
    const answer = await client.ask("/readyz", { accept: "text/plain", timeoutMs: 3_000 });
    if (!answer.ok || !context.options["json"]) return show(context, answer);
    const [, ...notes] = answer.text.trimEnd().split("\n");
    context.out(`${JSON.stringify({ ready: true, notes })}\n`);
    return exitCode.ok;
  },
};
