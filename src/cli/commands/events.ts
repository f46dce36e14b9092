import { printableLines } from "#base/columns.ts";
import type { Command, CommandContext, ExitCode } from "#cli/command.ts";
import { exitCode } from "#cli/command.ts";
import { acceptOf, show, textOption } from "#cli/show.ts";
import { followEvents } from "#client/event-stream.ts";
import { eventTypes, type RegisterEvent } from "#process/event.ts";
import { liveText, liveTitles } from "#process/event-line.ts";

export const events: Command = {
  name: "events",
  summary: "The register: births, exits, signals, as far back as it is kept, or as they happen",
  operands: "",
  maxOperands: 0,
  options: {
    follow: {
      type: "boolean",
      short: "f",
      description: "Print what happens from now on, across restarts of the agent, until Ctrl-C",
    },
    types: {
      type: "string",
      value: "T,…",
      choices: eventTypes,
      description: "Of these types only: process.exited,zombie.*",
    },
    after: { type: "string", value: "ID", description: "Those after this event; with --follow too, then what happens" },
    limit: { type: "string", value: "N", description: "At most so many: the newest, or the next ones after --after" },
    json: { type: "boolean", description: "Print JSON; with --follow an event a line" },
  },
  examples: [
    ["sexton events --follow --types process.exited", "exits and their codes as they happen"],
    ["sexton events --types 'zombie.*,signal.*' --limit 20", "the last of these"],
    ["sexton events --follow --json | jq .data", "for a program, an event a line"],
  ],
  async run(context) {
    const filters = ["types", "after", "limit"];
    const query = Object.fromEntries(filters.map((filter) => [filter, textOption(context, filter)]));
    if (context.options["follow"]) return follow(context, query);
    const client = await context.connect();
    return show(context, await client.ask("/events", { query, accept: acceptOf(context), expects: "events" }));
  },
};

async function follow(context: CommandContext, query: Record<string, string | undefined>): Promise<ExitCode> {
  const { live, err, options, paint } = context;
  const { limit } = query;
  const client = await context.connect();
  let connections = 0;
  const answer = await followEvents(client, {
    query,
    // What is no number the agent refuses.
    limit: limit !== undefined && /^\d+$/.test(limit) ? Number(limit) : null,
    enough: live.untilEnough(),
    async onConnected() {
      connections++;
      if (connections > 1) err("sexton: the agent is back\n");
      else if (!options["json"]) await live.write(`${paint.heading(liveTitles.trimEnd())}\n`);
    },
    onEvent: (json) => live.write(options["json"] ? `${json}\n` : liveText(readEvent(json))),
    onLost: (reason) =>
      err(
        `sexton: the agent has ended the stream${reason === null ? "" : printableLines(` (${reason})`)}; trying again\n`,
      ),
  });
  return answer.ok ? exitCode.ok : show(context, answer);
}

/** As the agent keeps it: JSON has the time in words. */
function readEvent(json: string): RegisterEvent {
  const event = JSON.parse(json) as RegisterEvent & { readonly time: string };
  return { ...event, time: Date.parse(event.time) };
}
