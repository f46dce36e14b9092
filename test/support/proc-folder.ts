import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a test has to say of a process in such a folder; what is not said again stays as it was. */
export interface Given {
  readonly name?: string;
  readonly ppid?: number;
  /** The letter of proc_pid_stat(5). */
  readonly state?: string;
  readonly startTicks?: number;
  readonly tracer?: number;
  /** PF_… of include/linux/sched.h. */
  readonly flags?: number;
}

const asBorn = { name: "app", ppid: 0, state: "S", tracer: 0, flags: 0 };

/** A folder shaped like /proc: who is in it, who is whose parent, and who traces whom is what a test says it is. */
export function createProcFolder() {
  const path = mkdtempSync(join(tmpdir(), "sexton-proc-"));
  const known = new Map<number, Required<Given>>();
  cpSync("/proc/uptime", join(path, "uptime"));
  return {
    path,
    put(pid: number, given: Given = {}): void {
      const process = { startTicks: pid * 10, ...asBorn, ...known.get(pid), ...given };
      const { name, ppid, state, startTicks, tracer, flags } = process;
      known.set(pid, process);
      mkdirSync(join(path, String(pid)), { recursive: true });
      const fields = [
        pid,
        `(${name})`,
        state,
        ppid,
        pid,
        pid,
        0,
        -1,
        flags,
        ...Array(8).fill(0),
        20,
        0,
        1,
        0,
        startTicks,
      ];
      const ids = `Uid:\t1\t1\t1\t1\nGid:\t1\t1\t1\t1`;
      writeFileSync(
        join(path, String(pid), "status"),
        `Name:\t${name}\nTgid:\t${pid}\nTracerPid:\t${tracer}\n${ids}\n`,
      );
      writeFileSync(join(path, String(pid), "cmdline"), state === "Z" ? "" : `${name}\0`);
      writeFileSync(join(path, String(pid), "cgroup"), "0::/\n");
      writeFileSync(join(path, String(pid), "stat"), `${[...fields, ...Array(30).fill(0)].join(" ")}\n`);
    },
    remove(pid: number): void {
      known.delete(pid);
      rmSync(join(path, String(pid)), { recursive: true });
    },
    close: () => rmSync(path, { recursive: true }),
  };
}
