import { build } from "#base/version.ts";
import { type Command, exitCode } from "#cli/command.ts";
import { jsonOption } from "#cli/show.ts";

export const version: Command = {
  name: "version",
  summary: "Print the version",
  operands: "",
  maxOperands: 0,
  options: jsonOption,
  async run({ out, options }) {
    const platform = `${process.platform}/${process.arch}`;
    const { revision, target } = build;
    const facts = [`Bun ${Bun.version}`, target ?? platform, ...(revision === null ? [] : [short(revision)])];
    out(
      options["json"]
        ? `${JSON.stringify({ ...build, bun: Bun.version, platform })}\n`
        : `sexton ${build.version} (${facts.join(", ")})\n`,
    );
    return exitCode.ok;
  },
};

/** As git abbreviates a commit. */
function short(commit: string): string {
  return commit.replace(/^([0-9a-f]{12})[0-9a-f]+/, "$1");
}
