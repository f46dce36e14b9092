import type { Profile } from "#policy/profile.ts";

// https://github.com/grafana/grafana/blob/v11.0.0/pkg/cmd/grafana-server/commands/cli.go (listenToSystemSignals): HUP
// reloads the loggers, which reopens the log file, and nothing else. The same binary is the CLI, hence the subcommand.
export const grafana: Profile = {
  name: "grafana",
  match: { program: /^grafana(-server)?$/, commandLine: /^(\S*\/)?grafana(-server| server)( |$)/ },
  verbs: {
    reload: {
      none: "Grafana reads grafana.ini at start only (SIGHUP reopens its log): restart it, or POST /api/admin/provisioning/dashboards/reload for provisioned files.",
    },
    "reopen-logs": "SIGHUP",
  },
};
