import type { Command, CommandContext, ExitCode } from "#cli/command.ts";
import { formatListen } from "#config/schema.ts";

/** Runs the demo until it is stopped; handed in, because the command line knows nothing of processes. */
export type RunDemo = (
  asked: Pick<CommandContext, "out" | "err"> & { readonly listen: readonly string[] | null },
) => Promise<ExitCode>;

export function demo(runDemo: RunDemo): Command {
  return {
    name: "demo",
    summary: "Show what sexton does: a pod of small programs with an agent in it, until Ctrl-C",
    operands: "",
    maxOperands: 0,
    options: {},
    examples: [
      ["sexton demo", "at 127.0.0.1:9099, or another port if that is in use"],
      ["sexton demo --listen 127.0.0.1:9100", "at this address"],
    ],
    async run({ loadConfig, out, err }) {
      const { config, origins } = await loadConfig();
      return runDemo({
        listen: origins.get("listen") === "default" ? null : config.listen.map(formatListen),
        out,
        err,
      });
    },
  };
}
