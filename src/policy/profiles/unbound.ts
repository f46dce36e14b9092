import type { Profile } from "#policy/profile.ts";

// https://unbound.docs.nlnetlabs.nl/en/latest/manpages/unbound.conf.html (pidfile, logfile): HUP reads the configuration
// anew, which empties the cache and reopens the log file; interfaces and ports only change with a restart.
export const unbound: Profile = {
  name: "unbound",
  match: { program: /^unbound$/ },
  verbs: {
    reload: "SIGHUP",
    "reopen-logs": {
      none: "Unbound reopens its log file by signal only together with a reload, which empties the cache: run `unbound-control log_reopen`.",
    },
  },
};
