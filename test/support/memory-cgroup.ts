import { test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from "node:fs";
import { cleanEnv } from "./binary.ts";
import { eventually } from "./poll.ts";

/** The memory controller as this machine has it, by hand; where there is none, the reason for the skip. */
const v1 = "/sys/fs/cgroup/memory";
const v2 = "/sys/fs/cgroup";
export const isV1 = existsSync(`${v1}/memory.limit_in_bytes`);

export const memoryProblem: string | null = (() => {
  if (process.getuid?.() !== 0) return "cgroups are root's to make";
  try {
    if (!isV1 && !readFileSync(`${v2}/cgroup.controllers`, "utf8").includes("memory")) return "no memory controller";
    rmdirSync(createMemoryCgroup().path);
    return null;
  } catch (cause) {
    return `cannot make a memory cgroup: ${(cause as Error).message}`;
  }
})();

/** What the kernel kills is real: a process in a cgroup of 16 MiB that takes more. */
export const oomTest =
  memoryProblem === null
    ? test
    : (title: string, _body: () => Promise<void>) => test.skip(`${title} (${memoryProblem})`, () => {});
export const hungry = "exec tail /dev/zero";

/** The files of these cgroups that this process holds open. */
export const openFiles = (...cgroups: readonly MemoryCgroup[]) =>
  readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return cgroups.some(({ id }) => path.includes(id)) ? [path] : [];
    } catch {
      return [];
    }
  });

export interface MemoryCgroup {
  /** As a container's id would be, which sexton takes it for. */
  readonly id: string;
  readonly path: string;
  /** A shell command, run in it once `release` is called; until then a shell waits there. */
  start(command: string): Held;
  holds(pid: number): boolean;
  /** Ends what runs in it. */
  remove(): Promise<void>;
}

interface Held {
  readonly pid: number;
  readonly exited: Promise<number>;
  release(): void;
  kill(signal: NodeJS.Signals): void;
}

/** A cgroup that has the name of a container, and 16 MiB: `tail /dev/zero` takes more. Or as many bytes as are given. */
export function createMemoryCgroup(bytes = 16 * 1024 * 1024): MemoryCgroup {
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex");
  if (!isV1) writeFileSync(`${v2}/cgroup.subtree_control`, "+memory");
  const path = `${isV1 ? v1 : v2}/${id}`;
  mkdirSync(path);
  writeFileSync(`${path}/${isV1 ? "memory.limit_in_bytes" : "memory.max"}`, String(bytes));
  // What is swapped out is not killed.
  const swap = isV1 ? { file: "memory.memsw.limit_in_bytes", most: bytes } : { file: "memory.swap.max", most: 0 };
  if (existsSync(`${path}/${swap.file}`)) writeFileSync(`${path}/${swap.file}`, String(swap.most));
  const children: Bun.Subprocess[] = [];
  return {
    id,
    path,
    start(command) {
      // As a runtime does: the process is moved first, and runs its program there.
      const script = `echo $$ >${path}/cgroup.procs && exec sh -c 'read go && ${command}'`;
      const child = Bun.spawn(["sh", "-c", script], {
        env: cleanEnv,
        stdin: "pipe",
        stdout: "ignore",
        stderr: "ignore",
      });
      children.push(child);
      return {
        pid: child.pid,
        exited: child.exited,
        release() {
          child.stdin.write("go\n");
          child.stdin.flush();
        },
        kill: (signal) => child.kill(signal),
      };
    },
    holds: (pid) => readFileSync(`${path}/cgroup.procs`, "utf8").split("\n").includes(String(pid)),
    async remove() {
      for (const child of children) child.kill("SIGKILL");
      // Who was killed is counted for a moment longer.
      await eventually("the cgroup to be empty", () => readFileSync(`${path}/cgroup.procs`, "utf8") === "");
      rmdirSync(path);
    },
  };
}
