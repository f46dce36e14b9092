/** The files of /proc/PID that are handed out as the kernel wrote them. None of them shows another file's content. */
export const processFiles = [
  "status",
  "stat",
  "statm",
  "limits",
  "cgroup",
  "mounts",
  "mountinfo",
  "io",
  "maps",
  "smaps_rollup",
  "wchan",
  "sched",
  "oom_score",
  "environ",
] as const;
export type ProcessFile = (typeof processFiles)[number];
