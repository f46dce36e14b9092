import { ask, type Help } from "./help.ts";
import { code, page, table } from "./markdown.ts";

export function cliPage(help: Help): string {
  const { commonOptions, environment, exitCodes } = help;
  // Which has a page of options of its own.
  const commands = help.commands.filter(({ name }) => name !== "init");
  return page(
    "The command line",
    "`sexton COMMAND [options]`. Without a command it serves. The same is printed by `sexton help`, `sexton help COMMAND` and, for programs, `sexton help --json`.",
    table(
      ["command", "what it does"],
      [
        ...commands.map(({ name, summary }) => [`[${code(name)}](#${name})`, summary]),
        ["[`init`](#init)", "Run a command as its init, with the agent beside it"],
      ],
    ),
    `Every command takes these, and every [setting](config.md) as a flag: a command finds the agent by the same \`listen\` that it serves at.\n\n${options(commonOptions)}`,
    `## Exit codes\n\n${table(
      ["code", "meaning"],
      exitCodes.map(({ code, meaning }) => [String(code), meaning]),
    )}`,
    `## Environment\n\n${table(
      ["variable", "meaning"],
      environment.map(({ name, description }) => [code(name), description]),
    )}`,
    ...commands.map(command),
    `## init\n\n\`\`\`\n${ask("init", "--help").trimEnd()}\n\`\`\`\n\n[../init.md](../init.md) says what becomes of each signal.`,
  );
}

function command({
  name,
  summary,
  operands,
  actions = {},
  options: own,
  examples = [],
}: Help["commands"][number]): string {
  const usage = ["sexton", name, operands, "[options]"].filter((part) => part !== "").join(" ");
  const parts = [
    `## ${name}`,
    code(usage),
    `${summary}.`,
    Object.keys(actions).length === 0
      ? ""
      : table(
          ["action", "what it does"],
          Object.entries(actions).map(([action, meaning]) => [code(action), meaning]),
        ),
    own.length === 0 ? "" : options(own),
    examples.length === 0
      ? ""
      : `\`\`\`sh\n${examples.map(([line, meaning]) => `${line}  # ${meaning}`).join("\n")}\n\`\`\``,
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function options(list: Help["commonOptions"]): string {
  return table(
    ["option", "meaning"],
    list.map(({ name, value, short, description }) => [
      code([short === undefined ? "" : `-${short}, `, name, value === undefined ? "" : ` ${value}`].join("")),
      description,
    ]),
  );
}
