/* Fields that several events have. */

export const exit = {
  exitCode: "the exit code; null: a signal has ended it, or it is unknown",
  signal: "the signal that has ended it",
  coreDumped: "whether a core was dumped",
};

export const oom = {
  probableOomKill: "true: the kernel has killed it for memory, as far as can be told",
  containerOomKills: "the kernel's count of such kills in the container",
  oomGroupKill: "true: the container was killed as a whole",
};

export const age = {
  ageSeconds: "for how long it was dead and not collected",
  ageIsExact: "false: it had ended before sexton came, and its age is longer",
};

export const caller = {
  caller: "who asked over HTTP: `role`, `name` of the token, `address`, or `uid` at a Unix socket",
};

export const reload = {
  target: "the target's name; null: the main app",
  verb: "what was sent, as a verb or a signal",
  watch: "the watch that it was for; null: none",
};

export const reloadEnd = {
  ...reload,
  outcome: "`confirmed`, `unconfirmed`, `exited` or `pending`",
  evidence:
    "what was seen, each with `kind` and `detail`: [../reload.md](../reload.md#what-is-a-success) has the kinds",
  afterSeconds: "since the signal or the request",
  failure: "why it failed, where the app or its answer says so",
  superseded: "true: a newer change was told meanwhile",
  exitCode: "where it has ended: the exit code",
  signal: "where it has ended: the signal",
  coreDumped: "where it has ended: whether a core was dumped",
};

export const change = { watch: "the watch's name", hash: "the start of the SHA-256 over names and contents" };
