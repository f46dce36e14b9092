import type { Profile } from "#policy/profile.ts";

// https://docs.nats.io/running-a-nats-service/nats_admin/signals: HUP reloads the configuration, USR1 reopens the log,
// USR2 is lame duck mode: clients are sent away bit by bit, then the server ends. QUIT prints stacks and ends at once.
// Where monitoring is on, /varz tells when the configuration was loaded, which a refused one does not change (Varz in
// server/monitor.go).
export const natsServer: Profile = {
  name: "nats-server",
  match: { program: /^nats-server$/ },
  verbs: { reload: "SIGHUP", "reopen-logs": "SIGUSR1", quit: "SIGUSR2" },
  proof: {
    kinds: ["file-opened"],
    http: {
      port: 8222,
      isOnlyPort: false,
      portArguments: ["--http_port", "-m"],
      path: "/varz",
      changes: "config_load_time",
    },
  },
};
