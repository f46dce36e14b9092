import type { Profile } from "#policy/profile.ts";

// https://mosquitto.org/man/mosquitto-8.html: HUP re-reads what of mosquitto.conf is marked as reloaded on reload signal
// (mosquitto.conf(5); listeners are not) and the TLS certificates, and reopens the log file; USR1 saves the persistence
// database, USR2 prints the subscription tree.
export const mosquitto: Profile = {
  name: "mosquitto",
  match: { program: /^mosquitto$/ },
  verbs: { reload: "SIGHUP", "reopen-logs": "SIGHUP", save: "SIGUSR1", dump: "SIGUSR2" },
};
