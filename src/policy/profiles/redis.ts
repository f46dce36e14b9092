import type { Profile } from "#policy/profile.ts";

// https://redis.io/docs/latest/operate/oss_and_stack/reference/signals/ and https://valkey.io/topics/signals/: no signal
// reloads, and HUP is ignored (setupSignalHandlers' caller in src/server.c). Debian's redis-server is a link to
// redis-check-rdb, the same program, so the arguments tell the server from the tool. They become a title,
// `redis-server *:6379`, while a child that saves is `redis-rdb-bgsave *:6379`.
export const redis: Profile = {
  name: "redis",
  match: {
    program: /^(redis|valkey)-(server|sentinel|check-rdb|check-aof)$/,
    commandLine: /^(\S*\/)?(redis|valkey)-(server|sentinel)( |$)/,
  },
  verbs: {
    reload: {
      none: "Redis and Valkey have no reload signal (SIGHUP is ignored): change settings with CONFIG SET, or restart for a changed file.",
    },
    "reopen-logs": {
      none: "Redis and Valkey open their log file anew for each line, so it can be moved away and nothing needs to be sent.",
    },
  },
};
