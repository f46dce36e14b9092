import type { Profile } from "#policy/profile.ts";

// https://prometheus.io/docs/prometheus/latest/configuration/configuration/: HUP reloads the configuration and the rule
// files; one that is not well-formed is not applied.
// It opens a configuration that it then refuses, and tells of both in its metrics:
// https://github.com/prometheus/prometheus/blob/v2.42.0/cmd/prometheus/main.go (reloadConfig)
export const prometheus: Profile = {
  name: "prometheus",
  match: { program: /^prometheus$/ },
  verbs: { reload: "SIGHUP" },
  proof: {
    kinds: [],
    http: {
      port: 9090,
      isOnlyPort: true,
      portArguments: ["--web.listen-address"],
      prefixArguments: ["--web.route-prefix", "--web.external-url"],
      path: "/metrics",
      changes: "prometheus_config_last_reload_success_timestamp_seconds",
      succeeded: "prometheus_config_last_reload_successful",
    },
  },
};
