import type { Command, CommandContext, ExitCode } from "#cli/command.ts";
import { exitCode } from "#cli/command.ts";
import { acceptOf, show, textOption } from "#cli/show.ts";

export const events: Command = {
  name: "events",
  summary: "The register: births, exits, signals, as far back as it is kept, or as they happen",
  operands: "",
  maxOperands: 0,
  options: {
    follow: { type: "boolean", short: "f", description: "Print what happens from now on, until Ctrl-C" },
    types: { type: "string", value: "T,…", description: "Of these types only: process.exited,zombie.*" },
    after: { type: "string", value: "ID", description: "Those after this event; with --follow too, then what happens" },
    limit: { type: "string", value: "N", description: "At most so many: the newest, or the next ones after --after" },
    json: { type: "boolean", description: "Print JSON; with --follow an event a line" },
  },
  async run(context) {
    const filters = ["types", "after", "limit"];
    const query = Object.fromEntries(filters.map((filter) => [filter, textOption(context, filter)]));
    if (context.options["follow"]) return follow(context, query);
    const client = await context.connect();
    return show(context, await client.ask("/events", { query, accept: acceptOf(context) }));
  },
};

async function follow(context: CommandContext, query: Record<string, string | undefined>): Promise<ExitCode> {
  const client = await context.connect();
  const enough = context.live.untilEnough();
  let lines = 0;
  /** How the text before ended: the line break of a line, or in the middle of one. */
  let last = "\n";
  const answer = await client.follow("/events", {
    query: { ...query, follow: "true" },
    accept: context.options["json"] ? "application/x-ndjson" : "text/plain",
    enough,
    async onText(text) {
      // An empty line only shows that the connection is alive. The text may start in the middle of a line.
      const said = `${last}${text}`.replace(/\n+/g, "\n").slice(last.length);
      last = "\n".slice(0, (last + text).endsWith("\n") ? 1 : 0);
      lines += said.split("\n").length - 1;
      if (said !== "") await context.live.write(said);
    },
  });
  if (!answer.ok) return show(context, answer);
  const titles = context.options["json"] ? 0 : 1;
  const limit = query["limit"];
  if (enough.aborted || (limit !== undefined && lines - titles >= Number(limit))) return exitCode.ok;
  context.err("sexton: the agent has ended the stream\n");
  return exitCode.unreachable;
}
