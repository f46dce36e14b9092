import { type Command, exitCode } from "#cli/command.ts";
import { acceptOf, jsonOption, show } from "#cli/show.ts";
import type { Diagnosis } from "#process/diagnosis.ts";
import { diagnosisText } from "#process/diagnosis-text.ts";

/** A line of text that is longer is hard to read, however wide the terminal is. */
const widest = 100;

export const doctor: Command = {
  name: "doctor",
  summary: "Look at the pod: what does not work or will not, and what mends it; exit code 1 when an error is found",
  operands: "",
  maxOperands: 0,
  options: {
    verbose: { type: "boolean", short: "v", description: "Also what was looked at: apps, rights, capabilities" },
    ...jsonOption,
  },
  examples: [["sexton doctor && echo well", "whether anything keeps sexton from its work"]],
  async run(context) {
    const { options, out, paint, screen } = context;
    const client = await context.connect();
    const answer = await client.ask("/doctor", { accept: "application/json", expects: "findings" });
    if (!answer.ok) return show(context, answer);
    const diagnosis = JSON.parse(answer.text) as Diagnosis;
    const width = Math.min(screen.size()?.columns ?? widest, widest);
    const colours = { error: paint.bad, warning: paint.doubtful, info: paint.heading };
    if (acceptOf(context) === "application/json") out(answer.text);
    else {
      const verbose = options["verbose"] === true;
      out(diagnosisText(diagnosis, { width, verbose, paint: (severity, text) => colours[severity](text) }));
    }
    return diagnosis.findings.some(({ severity }) => severity === "error") ? exitCode.failed : exitCode.ok;
  },
};
