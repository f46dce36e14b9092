import { UsageError } from "#base/errors.ts";
import { type Command, exitCode } from "#cli/command.ts";
import { acceptOf, jsonOption, show } from "#cli/show.ts";

export const pod: Command = {
  name: "pod",
  summary: "Restart the pod's containers in place, where its manifest and sexton's settings allow it",
  actions: {
    restart: `Have sexton end with exit code ${exitCode.restart}, for restartPolicyRules with RestartAllContainers`,
  },
  operands: "restart",
  maxOperands: 1,
  options: {
    "dry-run": { type: "boolean", description: "Decide and report, but do nothing" },
    ...jsonOption,
  },
  examples: [["sexton pod restart --dry-run", "whether it is allowed, and what the manifest needs for it"]],
  async run(context) {
    const [action] = context.args;
    if (action !== "restart")
      throw new UsageError(
        action === undefined
          ? "Cannot do nothing with pod: there is restart"
          : `Cannot do "${action}" with pod: there is restart`,
      );
    const client = await context.connect();
    const query = { dryRun: context.options["dry-run"] ? "true" : undefined };
    return show(context, await client.ask("/pod/restart", { method: "POST", query, accept: acceptOf(context) }));
  },
};
