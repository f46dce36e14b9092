import type { Profile } from "#policy/profile.ts";

// https://wiki.squid-cache.org/SquidFaq/OperatingSquid and watch_child() in src/main.cc: HUP reconfigures, USR1 rotates
// or reopens the logs (by logfile_rotate), USR2 turns full debugging on and off, INT ends without waiting for clients.
// The topmost process passes them on to its kids, `(squid-1) --kid squid-1 ...`.
// Children are helpers and are not replaced for a reload.
export const squid: Profile = {
  name: "squid",
  match: { program: /^squid[34]?$/ },
  master: /^(?!\(squid)/,
  verbs: { reload: "SIGHUP", "reopen-logs": "SIGUSR1", "toggle-debug": "SIGUSR2" },
  proof: { kinds: ["file-opened"] },
};
