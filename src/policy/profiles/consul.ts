import type { Profile } from "#policy/profile.ts";

// https://developer.hashicorp.com/consul/docs/agent/config#reloadable-configuration: HUP reloads part of the
// configuration; https://developer.hashicorp.com/consul/docs/agent/monitor/telemetry: USR1 dumps the telemetry to
// stderr. INT leaves the cluster or not, depending on settings, so it is no verb. The same binary is the client, hence
// the subcommand.
export const consul: Profile = {
  name: "consul",
  match: { program: /^consul$/, commandLine: /^(\S*\/)?consul agent( |$)/ },
  verbs: { reload: "SIGHUP", dump: "SIGUSR1" },
};
