import type { Profile } from "#policy/profile.ts";

// https://github.com/puma/puma/blob/main/docs/signals.md: USR2 restarts Puma in place and re-reads its configuration;
// USR1 replaces the workers one by one without re-reading it; PWR prints every thread's backtrace, but on Linux only
// since https://github.com/puma/puma/pull/3829 (2025): an older Puma has no handler for it, which /proc shows. HUP ends a
// Puma without stdout_redirect, the usual case in a container, so it is no verb. Titles: `puma 6.4.0
// (tcp://0.0.0.0:3000) [app]` and `puma: cluster worker 0: 17 [app]`; the topmost process is the master.
// The new image loads the app before it serves, and ends where it cannot.
export const puma: Profile = {
  name: "puma",
  match: {
    program: /^(puma|ruby[\d.]*)$/,
    commandLine: /^(\S*ruby[\d.]*( -\S+)* )?(\S*bundle exec )?(\S*\/)?puma(:| |$)/,
  },
  verbs: {
    reload: "SIGUSR2",
    "phased-restart": "SIGUSR1",
    dump: "SIGPWR",
    "add-worker": "SIGTTIN",
    "remove-worker": "SIGTTOU",
    "reopen-logs": {
      none: "Puma reopens its logs on SIGHUP only where stdout_redirect is configured, and stops on it otherwise: send SIGHUP itself where it is.",
    },
  },
  proof: { kinds: ["re-executed"], steadyMs: 1_000 },
};
