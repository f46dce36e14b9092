import type { Profile } from "#policy/profile.ts";

// https://uwsgi-docs.readthedocs.io/en/latest/Management.html and core/master.c: HUP reloads workers and master gracefully
// (a uWSGI without --master ends on it). TERM does so brutally unless die-on-term is set, where INT always ends the whole
// stack, hence `terminate`. USR1 prints statistics; USR2 is for workers and would end the master. Workers keep the
// master's arguments (or any title, by --procname), so the topmost process is the master. Debian's binary is uwsgi-core.
// A configuration that is refused ends it.
export const uwsgi: Profile = {
  name: "uwsgi",
  match: { program: /^uwsgi(-core|[-_]python[\d.]*)?$/i },
  verbs: { reload: "SIGHUP", terminate: "SIGINT", stats: "SIGUSR1" },
  proof: { kinds: ["re-executed", "workers-replaced"], workers: { fixed: false, steadyMs: 400 } },
};
