import type { Profile } from "#policy/profile.ts";

// https://www.pgbouncer.org/usage.html#signals: HUP re-reads the configuration and reopens the log, INT ends once the
// servers are released, USR1 pauses, USR2 resumes. TERM ends at once up to 1.22 and from 1.23 on waits for every client
// to leave (https://www.pgbouncer.org/changelog.html#pgbouncer-123x).
export const pgbouncer: Profile = {
  name: "pgbouncer",
  match: { program: /^pgbouncer$/ },
  verbs: { reload: "SIGHUP", "reopen-logs": "SIGHUP", quit: "SIGINT", pause: "SIGUSR1", resume: "SIGUSR2" },
};
