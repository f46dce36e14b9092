import type { Profile } from "#policy/profile.ts";

// https://github.com/coredns/caddy/blob/v1.1.1/sigtrap_posix.go: USR1 reloads the Corefile. HUP, which
// https://coredns.io/plugins/reload/ names too, stops the servers. With that plugin a changed Corefile needs no signal.
export const coredns: Profile = {
  name: "coredns",
  match: { program: /^coredns$/ },
  verbs: { reload: "SIGUSR1" },
};
