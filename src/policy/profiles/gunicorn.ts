import type { Profile } from "#policy/profile.ts";

// https://gunicorn.org/signals/: HUP re-reads the configuration and replaces the workers (an app under --preload is not
// loaded anew), USR1 reopens the logs, USR2 starts a second master from the binary on disk. TERM is the graceful end and
// QUIT the quick one, so there is no `quit`. With setproctitle installed the titles are `gunicorn: master [app]` and
// `gunicorn: worker [app]`, without it both have the same arguments: the topmost process is the master either way.
// On HUP as many new workers are started as there are to be, then the old ones are ended (reload() in arbiter.py); one that
// cannot load the app ends at once, and the arbiter with it.
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
  proof: { kinds: ["workers-replaced"], workers: { fixed: true, steadyMs: 400 } },
};
