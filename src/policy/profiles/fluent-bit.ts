import type { Profile } from "#policy/profile.ts";

// https://docs.fluentbit.io/manual/administration/hot-reload: HUP reloads where that is enabled, by -Y or by
// `hot_reload on` in the file (so the command line cannot tell); elsewhere a line in the log says that it is not. Up to
// 2.0 HUP ends Fluent Bit. https://docs.fluentbit.io/manual/administration/troubleshooting: CONT dumps its internals.
export const fluentBit: Profile = {
  name: "fluent-bit",
  match: { program: /^(td-agent|fluent)-bit$/ },
  verbs: { reload: "SIGHUP", dump: "SIGCONT" },
};
