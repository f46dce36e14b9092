import type { Profile } from "#policy/profile.ts";

// https://nginx.org/en/docs/control.html: HUP re-reads the configuration and starts new workers, USR1 reopens the
// logs, QUIT shuts down gracefully, TERM fast. OpenResty and Angie are nginx and keep its titles and signals.
// A configuration that is refused leaves the workers alone; else new ones are started and the old get a title that says so
// (ngx_reap_children() and ngx_worker_process_cycle() in src/os/unix/ngx_process_cycle.c).
export const nginx: Profile = {
  name: "nginx",
  match: { program: /^(nginx|openresty|angie)(-debug)?$/ },
  master: /^(nginx|angie): master process/,
  verbs: { reload: "SIGHUP", "reopen-logs": "SIGUSR1", quit: "SIGQUIT", upgrade: "SIGUSR2" },
  proof: {
    kinds: ["workers-replaced"],
    workers: {
      title: /^(nginx|angie): worker process/,
      leaving: /^(nginx|angie): worker process is shutting down/,
      fixed: true,
      steadyMs: 100,
    },
  },
};
