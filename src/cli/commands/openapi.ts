import { type Command, exitCode } from "#cli/command.ts";
import { jsonOption } from "#cli/show.ts";

export function openApi(document: () => Promise<object>): Command {
  return {
    name: "openapi",
    summary: "Print the OpenAPI 3.1 document of the API; no agent is asked",
    operands: "",
    maxOperands: 0,
    options: jsonOption,
    examples: [["sexton openapi > sexton.json", "for a generator of clients"]],
    async run({ out }) {
      out(`${JSON.stringify(await document())}\n`);
      return exitCode.ok;
    },
  };
}
