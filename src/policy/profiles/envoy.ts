import type { Profile } from "#policy/profile.ts";

// https://www.envoyproxy.io/docs/envoy/latest/operations/hot_restarter: USR1 reopens the access logs. HUP is caught and
// dropped (https://github.com/envoyproxy/envoy/blob/v1.30.0/source/server/server.cc, "caught and eating SIGHUP"); only
// the Python wrapper of hot restart reloads on it.
export const envoy: Profile = {
  name: "envoy",
  match: { program: /^(cilium-)?envoy$/ },
  verbs: {
    reload: {
      none: "Envoy has no reload signal (it drops SIGHUP): serve its resources over xDS, or from files that it watches and that are moved into place.",
    },
    "reopen-logs": "SIGUSR1",
  },
};
