import { type Column, columns } from "#base/columns.ts";
import { UsageError } from "#base/errors.ts";
import { type Command, exitCode } from "#cli/command.ts";
import { jsonOption } from "#cli/show.ts";
import { type ExplainedSetting, explainConfig } from "#config/explain.ts";

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
    else {
      out(columns(settings.flatMap(rowsOf), settingColumns, { paintTitles: paint.heading }));
    }
    return exitCode.ok;
  },
};

const settingColumns: readonly Column<ExplainedSetting>[] = [
  { title: "SETTING", value: ({ key }) => key },
  {
    title: "VALUE",
    value: ({ value }) => (value === null ? null : typeof value === "string" ? value : JSON.stringify(value)),
  },
  { title: "FROM", value: ({ source }) => source },
];

/** A list of things with names has a row for each: all of them in one would be wider than any terminal. */
function rowsOf(setting: ExplainedSetting): ExplainedSetting[] {
  const { key, value } = setting;
  if (!Array.isArray(value) || !value.every((item) => typeof item?.name === "string") || value.length === 0)
    return [setting];
  return value.map(({ name, ...item }) => ({ ...setting, key: `${key} ${name}`, value: withoutNulls(item) }));
}

function withoutNulls(item: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null));
}
