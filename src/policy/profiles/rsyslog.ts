import type { Profile } from "#policy/profile.ts";

// https://www.rsyslog.com/doc/compatibility/v4compatibility.html: since v4, HUP closes the output files and does not
// read the configuration. https://www.rsyslog.com/doc/configuration/index.html describes v8, where this still holds.
export const rsyslog: Profile = {
  name: "rsyslog",
  match: { program: /^rsyslogd$/ },
  verbs: {
    reload: {
      none: "Rsyslog reads its configuration at start only (SIGHUP closes its files, for log rotation): restart the container.",
    },
    "reopen-logs": "SIGHUP",
  },
};
