import { readdirSync, readFileSync } from "node:fs";

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** The fields of proc_pid_stat(5) from the third, the state, on. */
function statOf(pid: number, tid = pid): readonly string[] | null {
  const stat = readOrNull(`/proc/${pid}/task/${tid}/stat`);
  return stat === null ? null : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** The letter of proc_pid_stat(5), of a process or of one of its threads; null: it is gone. */
export function stateOf(pid: number, tid = pid): string | null {
  return statOf(pid, tid)?.[0] ?? null;
}

export function isZombie(pid: number): boolean {
  return stateOf(pid) === "Z";
}

/** A line of /proc/PID/status; null: the process is gone, or the kernel has no such line. */
export function statusOf(pid: number, name: string): string | null {
  return new RegExp(`^${name}:\\s+(.*)$`, "m").exec(readOrNull(`/proc/${pid}/status`) ?? "")?.[1] ?? null;
}

/** Who traces it, 0 for nobody; null: it is gone. */
export function tracerOf(pid: number): number | null {
  const tracer = statusOf(pid, "TracerPid");
  return tracer === null ? null : Number(tracer);
}

/** Whether a process group has members that are no zombies. Those are the business of whoever is their parent. */
export function isLivingInGroup(group: number): boolean {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      const [state, , inGroup] = statOf(Number(pid)) ?? [];
      return Number(inGroup) === group && state !== "Z" && state !== "X";
    });
}

/** Whether a thread sleeps in a system call. */
export function isBlocked(pid: number, tid: number): boolean {
  const call = readOrNull(`/proc/${pid}/task/${tid}/syscall`);
  // Where the file may not be read, the state has to do.
  return stateOf(pid, tid) === "S" && (call === null || /^\d/.test(call));
}
