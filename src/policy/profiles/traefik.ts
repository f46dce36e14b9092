import type { Profile } from "#policy/profile.ts";

// https://doc.traefik.io/traefik/observability/logs/#log-rotation: USR1 reopens the logs, and is all that
// https://github.com/traefik/traefik/blob/v3.3/pkg/server/server_signals.go listens for. HUP ends Traefik
// (https://github.com/traefik/traefik/issues/11624), although /proc shows it as caught, as for every Go program.
export const traefik: Profile = {
  name: "traefik",
  match: { program: /^traefik$/ },
  verbs: {
    reload: {
      none: "Traefik has no reload signal, and SIGHUP ends it: it watches its dynamic configuration itself, and static configuration takes a restart.",
    },
    "reopen-logs": "SIGUSR1",
  },
};
