import { version as number } from "#base/version.ts";
import { type Command, exitCode } from "#cli/command.ts";
import { jsonOption } from "#cli/show.ts";

export const version: Command = {
  name: "version",
  summary: "Print the version",
  operands: "",
  maxOperands: 0,
  options: jsonOption,
  async run({ out, options }) {
    const facts = { version: number, bun: Bun.version, platform: `${process.platform}/${process.arch}` };
    out(options["json"] ? `${JSON.stringify(facts)}\n` : `sexton ${number} (Bun ${facts.bun}, ${facts.platform})\n`);
    return exitCode.ok;
  },
};
