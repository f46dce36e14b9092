import type { Profile } from "#policy/profile.ts";

// https://prometheus.io/docs/alerting/latest/configuration/: HUP reloads the configuration; one that is not well-formed
// is not applied. Debian's binary is prometheus-alertmanager.
// It opens a configuration that it then refuses, and tells of both in its metrics:
// https://github.com/prometheus/alertmanager/blob/v0.25.0/config/coordinator.go
export const alertmanager: Profile = {
  name: "alertmanager",
  match: { program: /^(prometheus-)?alertmanager$/ },
  verbs: { reload: "SIGHUP" },
  proof: {
    kinds: [],
    http: {
      port: 9093,
      isOnlyPort: true,
      portArguments: ["--web.listen-address"],
      prefixArguments: ["--web.route-prefix", "--web.external-url"],
      path: "/metrics",
      changes: "alertmanager_config_last_reload_success_timestamp_seconds",
      succeeded: "alertmanager_config_last_reload_successful",
    },
  },
};
