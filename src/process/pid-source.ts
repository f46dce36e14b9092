/**
 * What a limit is. `setting`: what sexton was told (podPidsLimit) · `pod-cgroup`, `container-cgroup`: pids.max there ·
 * `node-cgroup`: pids.max above the pod, which pods share · the last two: sysctls of those names.
 */
export const pidSources = [
  "setting",
  "container-cgroup",
  "pod-cgroup",
  "node-cgroup",
  "kernel.pid_max",
  "kernel.threads-max",
] as const;
export type PidSource = (typeof pidSources)[number];
