import type { Profile } from "#policy/profile.ts";

// https://www.php.net/manual/en/install.fpm.php and php-fpm(8): USR2 re-reads the configuration and re-executes the
// binary once the workers have ended, USR1 reopens the logs, QUIT ends gracefully. Titles come from
// https://github.com/php/php-src/blob/php-8.3.0/sapi/fpm/fpm/fpm_conf.c and fpm_children.c; workers are `pool NAME`.
// With a configuration that is refused the new image ends at once.
export const phpFpm: Profile = {
  name: "php-fpm",
  match: { program: /^php\d*-fpm[\d.]*$/ },
  master: /^php-fpm: master process/,
  verbs: { reload: "SIGUSR2", "reopen-logs": "SIGUSR1", quit: "SIGQUIT" },
  proof: {
    kinds: ["re-executed", "workers-replaced"],
    workers: { title: /^php-fpm: pool /, fixed: false, steadyMs: 250 },
  },
};
