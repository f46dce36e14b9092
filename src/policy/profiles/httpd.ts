import type { Profile } from "#policy/profile.ts";

// https://httpd.apache.org/docs/2.4/stopping.html: USR1 is the graceful restart (new configuration and logs, each worker
// ends after its request), HUP the same at once, cutting requests off; WINCH ends gracefully. Debian's binary is
// apache2, SUSE's httpd-prefork. Workers keep the parent's arguments, so the topmost process is the parent.
// A graceful restart starts a new generation; with a configuration that is refused the parent ends.
export const httpd: Profile = {
  name: "httpd",
  match: { program: /^(httpd|apache2|httpd-(prefork|worker|event))$/ },
  verbs: { reload: "SIGUSR1", "reopen-logs": "SIGUSR1", restart: "SIGHUP", quit: "SIGWINCH" },
  proof: { kinds: ["workers-replaced"], workers: { fixed: false, steadyMs: 150 } },
};
