import type { Profile } from "#policy/profile.ts";

// https://docs.fluentd.org/deployment/command-line-option: --no-supervisor runs the worker alone. It rebuilds its
// pipeline on USR2 (install_main_process_signal_handlers in lib/fluent/supervisor.rb), but has no handler for HUP, and
// Ruby's own, which /proc shows as caught, ends the process. USR1 flushes the buffers and reopens the log.
export const fluentdUnsupervised: Profile = {
  name: "fluentd-unsupervised",
  match: {
    program: /^(fluentd|td-agent|ruby[\d.]*)$/,
    commandLine: /^(\S*ruby[\d.]*( -\S+)* )?(\S*\/)?(fluentd|td-agent) (.* )?--no-supervisor( |$)/,
  },
  verbs: { reload: "SIGUSR2", flush: "SIGUSR1", "reopen-logs": "SIGUSR1", dump: "SIGCONT" },
};
