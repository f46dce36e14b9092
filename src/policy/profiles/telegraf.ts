import type { Profile } from "#policy/profile.ts";

// https://github.com/influxdata/telegraf/blob/master/cmd/telegraf/telegraf.go: HUP stops the agent, which flushes its
// outputs, and starts it again with the configuration read anew. One that does not load ends Telegraf, for there is
// nothing left to go back to: `telegraf config check` it first.
export const telegraf: Profile = {
  name: "telegraf",
  match: { program: /^telegraf$/ },
  verbs: { reload: "SIGHUP" },
};
