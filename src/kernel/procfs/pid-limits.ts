import { readLoadavg } from "#kernel/procfs/loadavg.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readSysctl, readSysctlNumber } from "#kernel/procfs/sysctl.ts";

/** The limits of proc_sys_kernel(5) that a fork meets beside those of cgroups; null where /proc does not show them. */
export interface KernelPidLimits {
  readonly pidMax: number | null;
  /** kernel.pid_max is each PID namespace's own since Linux 6.14, and was the machine's before. */
  readonly pidMaxIsNamespaced: boolean;
  /** kernel.threads-max: of the machine. */
  readonly threadsMax: number | null;
  /** Threads of the machine, as field 4 of /proc/loadavg counts them in every PID namespace. */
  readonly nodeThreads: number | null;
}

export function readPidLimits(root: ProcRoot): KernelPidLimits {
  const loadavg = readLoadavg(root);
  return {
    pidMax: readSysctlNumber(root, "kernel/pid_max"),
    pidMaxIsNamespaced: isSince(readSysctl(root, "kernel/osrelease") ?? "", 6, 14),
    threadsMax: readSysctlNumber(root, "kernel/threads-max"),
    nodeThreads: loadavg === null || isUnread(loadavg) ? null : loadavg.threads,
  };
}

/** `6.18.44-cloud-amd64` is since 6.14; what does not begin with a version is not. */
export function isSince(release: string, major: number, minor: number): boolean {
  const match = /^(\d{1,4})\.(\d{1,4})/.exec(release);
  if (!match) return false;
  const [foundMajor, foundMinor] = [Number(match[1]), Number(match[2])];
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}
