import { UsageError } from "#base/errors.ts";
import { type Command, exitCode } from "#cli/command.ts";
import { jsonOption } from "#cli/show.ts";
import { explainConfig } from "#config/explain.ts";
import { settingsTable } from "#process/settings-table.ts";

export const config: Command = {
  name: "config",
  summary: "What the settings are, and what is wrong in them; no agent is asked",
  operands: "check | show",
  maxOperands: 1,
  actions: {
    check: "Read the configuration; exit code 2 and a sentence where something is wrong in it",
    show: "Print every setting with the value in force and where it came from",
  },
  takesSettings: true,
  options: jsonOption,
  examples: [["sexton config check --config sexton.yaml", "before it is rolled out"]],
  async run({ args, out, options, paint, loadConfig }) {
    const [what] = args;
    if (what !== "check" && what !== "show")
      throw new UsageError(
        `Cannot use config ${what === undefined ? "by itself" : `"${what}"`}: expected check or show`,
      );
    const settings = explainConfig(await loadConfig());
    if (options["json"]) out(`${JSON.stringify({ settings })}\n`);
    else if (what === "check") out("The configuration is valid\n");
    else out(settingsTable(settings, { paintTitles: paint.heading }));
    return exitCode.ok;
  },
};
