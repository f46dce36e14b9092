import type { Profile } from "#policy/profile.ts";

// https://nginx.org/en/docs/control.html: HUP re-reads the configuration and starts new workers, USR1 reopens the
// logs, QUIT shuts down gracefully, TERM fast. OpenResty and Angie are nginx and keep its titles and signals.
export const nginx: Profile = {
  name: "nginx",
  match: { program: /^(nginx|openresty|angie)(-debug)?$/ },
  master: /^(nginx|angie): master process/,
  verbs: { reload: "SIGHUP", "reopen-logs": "SIGUSR1", quit: "SIGQUIT", upgrade: "SIGUSR2" },
};
