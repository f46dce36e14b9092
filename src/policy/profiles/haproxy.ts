import type { Profile } from "#policy/profile.ts";

// https://docs.haproxy.org/3.2/management.html#4: the master re-reads the configuration on USR2 (it re-executes itself,
// pid kept) and passes USR1 (finish the open connections, then end) on to its workers. Workers are forked without an
// exec, so they have the master's arguments and the topmost process is the master.
// Only master-worker mode (-W, -Ws, or `master-worker` in the file, so the command line cannot tell) has a reload:
// alone, haproxy catches USR2 and drops it, and HUP writes its state to the log.
// https://github.com/haproxy/haproxy/blob/v3.1.0/src/haproxy.c (step_init_3)
// That it has executed itself proves nothing: with a configuration that is refused it does so too, into wait mode (section
// 4), and keeps the workers. It does so once more when all is well, so that a worker is no fork of what the master is. From 3.1 on the new worker is started to read the configuration, and ends if it is refused.
export const haproxy: Profile = {
  name: "haproxy",
  match: { program: /^haproxy$/ },
  verbs: { reload: "SIGUSR2", quit: "SIGUSR1" },
  proof: {
    kinds: ["workers-replaced"],
    workers: { title: /^(\S*\/)?haproxy( |$)/, fixed: true, steadyMs: 200 },
  },
};
