import type { Profile } from "#policy/profile.ts";

// https://prometheus.io/docs/alerting/latest/configuration/: HUP reloads the configuration; one that is not well-formed
// is not applied. Debian's binary is prometheus-alertmanager.
export const alertmanager: Profile = {
  name: "alertmanager",
  match: { program: /^(prometheus-)?alertmanager$/ },
  verbs: { reload: "SIGHUP" },
};
