import type { Profile } from "#policy/profile.ts";

// https://docs.fluentd.org/deployment/signals, all to the supervisor: HUP restarts the workers gracefully, with the new
// configuration; USR1 flushes the buffers and reopens the log; CONT writes a sigdump to /tmp. USR2 was the milder reload
// of 1.9 to 1.17; from 1.18 it starts a second supervisor and ends the first after 10 s, and with it the container
// (https://docs.fluentd.org/deployment/zero-downtime-restart), so it is no verb. The milder reload is now RPC alone:
// /api/config.gracefulReload. With `process_name` set, the titles are supervisor:NAME and worker:NAME.
// The supervisor executes a new worker.
export const fluentd: Profile = {
  name: "fluentd",
  match: {
    program: /^(fluentd|td-agent|ruby[\d.]*)$/,
    commandLine: /^((\S*ruby[\d.]*( -\S+)* )?(\S*\/)?(fluentd|td-agent)( |$)|(supervisor|worker):)/,
  },
  master: /^(?!worker:)(?!.* --under-supervisor( |$))/,
  verbs: { reload: "SIGHUP", flush: "SIGUSR1", "reopen-logs": "SIGUSR1", dump: "SIGCONT" },
  proof: {
    kinds: ["workers-replaced"],
    workers: { title: /( --under-supervisor( |$)|^worker:)/, fixed: false, steadyMs: 500 },
  },
};
