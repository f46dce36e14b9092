import type { Profile } from "#policy/profile.ts";

// https://gunicorn.org/signals/: HUP re-reads the configuration and replaces the workers (an app under --preload is not
// loaded anew), USR1 reopens the logs, USR2 starts a second master from the binary on disk. TERM is the graceful end and
// QUIT the quick one, so there is no `quit`. With setproctitle installed the titles are `gunicorn: master [app]` and
// `gunicorn: worker [app]`, without it both have the same arguments: the topmost process is the master either way.
export const gunicorn: Profile = {
  name: "gunicorn",
  match: {
    program: /^(gunicorn|python[\d.]*)$/,
    commandLine: /^(\S*python[\d.]*( -\S+)* )?(\S*\/)?gunicorn(:|\.app| |$)/,
  },
  verbs: {
    reload: "SIGHUP",
    "reopen-logs": "SIGUSR1",
    upgrade: "SIGUSR2",
    "add-worker": "SIGTTIN",
    "remove-worker": "SIGTTOU",
  },
};
