import type { Profile } from "#policy/profile.ts";

// https://docs.fluentbit.io/manual/administration/hot-reload: HUP reloads where that is enabled, by -Y or by
// `hot_reload on` in the file (so the command line cannot tell); elsewhere a line in the log says that it is not. Up to
// 2.0 HUP ends Fluent Bit. https://docs.fluentbit.io/manual/administration/troubleshooting: CONT dumps its internals.
// Where its HTTP server is on (port 2020 unless configured), it counts its reloads: administration/hot-reload.
export const fluentBit: Profile = {
  name: "fluent-bit",
  match: { program: /^(td-agent|fluent)-bit$/ },
  verbs: { reload: "SIGHUP", dump: "SIGCONT" },
  proof: {
    kinds: ["file-opened"],
    http: {
      port: 2020,
      isOnlyPort: false,
      portArguments: ["--port", "-P"],
      path: "/api/v2/reload",
      changes: "hot_reload_count",
    },
  },
};
