import type { Profile } from "#policy/profile.ts";

// https://www.postgresql.org/docs/current/app-postgres.html and server-shutdown.html: HUP to the postmaster re-reads
// postgresql.conf and pg_hba.conf and is passed on to every session; INT rolls open transactions back and stops, while
// TERM waits for the clients to leave. QUIT stops without cleaning up, so it is no verb here. Children are titled
// `postgres: checkpointer`, the postmaster keeps its arguments (src/backend/utils/misc/ps_status.c).
// Children are sessions and helpers, and none is replaced for a reload.
export const postgres: Profile = {
  name: "postgres",
  match: { program: /^(postgres|postmaster)$/ },
  master: /^(?!postgres: )/,
  verbs: {
    reload: "SIGHUP",
    "fast-shutdown": "SIGINT",
    "reopen-logs": {
      none: "PostgreSQL starts a new log file for `pg_ctl logrotate` or `SELECT pg_rotate_logfile()`, which leave word for the postmaster before they signal it.",
    },
  },
  proof: { kinds: ["file-opened"] },
};
