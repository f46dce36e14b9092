import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./poll.ts";
import { hexId } from "./processes.ts";

/** Where this machine keeps the pids controller: a cgroup v1 hierarchy of its own, or the unified one. */
const top = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"].find((path) => existsSync(join(path, "cgroup.procs")));

/** Two cgroups as a pod has them, one in the other, with a limit each. A shell of the test's runs in the inner one. */
export interface PidsCgroup {
  readonly pod: string;
  readonly container: string;
  readonly containerId: string;
  limit(which: "pod" | "container", limit: number | "max"): void;
  current(): number;
  pids(): readonly number[];
  /** What to put in front of a command to run it in the container's cgroup. */
  readonly enter: readonly string[];
  /** A shell in the container's cgroup, which runs what it is told line by line. */
  shell(): { readonly pid: number; run(line: string): void };
  /** Ends all that is in it, and removes it. */
  remove(): Promise<void>;
}

let made = 0;

export function makePidsCgroup(): PidsCgroup {
  if (top === undefined) throw new Error("no cgroup hierarchy is mounted");
  const name = `sexton-test-${process.pid}-${++made}`;
  const pod = join(top, name);
  const containerId = hexId(name);
  const container = join(pod, containerId);
  mkdirSync(pod);
  try {
    // On cgroup v2 a controller must be handed down.
    if (existsSync(join(pod, "cgroup.subtree_control"))) {
      writeFileSync(join(top, "cgroup.subtree_control"), "+pids");
      writeFileSync(join(pod, "cgroup.subtree_control"), "+pids");
    }
    mkdirSync(container);
    readFileSync(join(container, "pids.max"));
  } catch (cause) {
    for (const folder of [container, pod]) if (existsSync(folder)) rmdirSync(folder);
    throw cause;
  }
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
  const enter = ["sh", "-c", 'echo $$ > "$0" && exec "$@"', `${container}/cgroup.procs`];
  const pids = () => readFileSync(join(container, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  return {
    pod,
    container,
    containerId,
    limit: (which, limit) => writeFileSync(join(which === "pod" ? pod : container, "pids.max"), String(limit)),
    current: () => Number(readFileSync(join(container, "pids.current"), "utf8")),
    pids,
    enter,
    shell() {
      const child = Bun.spawn([...enter, "sh"], { env, stdin: "pipe", stdout: "ignore", stderr: "ignore" });
      return {
        pid: child.pid,
        run(line) {
          child.stdin.write(`${line}\n`);
          child.stdin.flush();
        },
      };
    },
    async remove() {
      await eventually("all in the cgroup to end", () => {
        for (const pid of pids()) {
          try {
            process.kill(pid, "SIGKILL");
          } catch {
            // It ended by itself.
          }
        }
        return Number(readFileSync(join(pod, "pids.current"), "utf8")) === 0;
      });
      for (const folder of [container, pod]) {
        await eventually(`${folder} to be empty`, () => {
          try {
            rmdirSync(folder);
            return true;
          } catch {
            return !existsSync(folder);
          }
        });
      }
    },
  };
}

/** Why there are no such cgroups here; null where there are. */
export const pidsCgroupProblem: string | null = await (async () => {
  try {
    await makePidsCgroup().remove();
    return null;
  } catch (cause) {
    return `cannot make a cgroup with the pids controller: ${cause}`;
  }
})();
