import type { Command } from "#cli/command.ts";
import { acceptOf, jsonOption, show, textOption } from "#cli/show.ts";

export const ps: Command = {
  name: "ps",
  summary: "List the processes of the pod",
  operands: "",
  maxOperands: 0,
  options: {
    tree: { type: "boolean", description: "Children below their parents" },
    container: { type: "string", value: "NAME", description: "Of this container only: name, or start of the id" },
    name: { type: "string", value: "NAME", description: "With this process name only" },
    state: { type: "string", value: "STATE", description: "In this state only: running, sleeping, zombie, …" },
    uid: { type: "string", value: "UID", description: "Of this user only" },
    stray: { type: "boolean", description: "Only those that belong to nobody: left by probes and exec sessions" },
    sort: {
      type: "string",
      value: "KEY",
      description: "By pid, cpu, rss or start; a leading - reverses (--sort=-cpu)",
    },
    limit: { type: "string", value: "N", description: "At most so many" },
    ...jsonOption,
  },
  async run(context) {
    const client = await context.connect();
    const filters = ["container", "name", "state", "uid", "sort", "limit"];
    const query = Object.fromEntries(filters.map((filter) => [filter, textOption(context, filter)]));
    const view = context.options["tree"] ? "tree" : undefined;
    const stray = context.options["stray"] ? "true" : undefined;
    return show(
      context,
      await client.ask("/processes", { query: { ...query, stray, view }, accept: acceptOf(context) }),
    );
  },
};
