import type { Profile } from "#policy/profile.ts";

// https://prometheus.io/docs/prometheus/latest/configuration/configuration/: HUP reloads the configuration and the rule
// files; one that is not well-formed is not applied.
export const prometheus: Profile = {
  name: "prometheus",
  match: { program: /^prometheus$/ },
  verbs: { reload: "SIGHUP" },
};
