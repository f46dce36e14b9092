import type { Command } from "#cli/command.ts";
import { acceptOf, show } from "#cli/show.ts";

export const health: Command = {
  name: "health",
  summary: "Ask the running agent whether it is ready: exit code 0, 1, or 3 when it cannot be reached",
  operands: "",
  maxOperands: 0,
  options: {},
  async run(context) {
    const client = await context.connect();
    return show(context, await client.ask("/readyz", { accept: acceptOf(context), timeoutMs: 3_000 }));
  },
};
