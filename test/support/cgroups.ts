import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./poll.ts";
import { hexId } from "./processes.ts";

/** A cgroup with a container's id for its name: what sexton tells containers apart by. */
export interface ContainerCgroup {
  readonly id: string;
  /** What to put in front of a command to run it in there. */
  readonly enter: readonly string[];
  /** Once its last process has ended. */
  close(): Promise<void>;
}

/** The root of a hierarchy: the unified one, else any. */
const root = (() => {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const mounted = mounts.find((line) => / - cgroup2 /.test(line)) ?? mounts.find((line) => / - cgroup /.test(line));
  return mounted?.split(" ")[4] ?? null;
})();

export function createContainerCgroup(word: string): ContainerCgroup {
  const id = hexId(`${word} ${crypto.randomUUID()}`);
  const folder = join(root ?? "", id);
  mkdirSync(folder);
  return {
    id,
    // 0 is whoever writes it.
    enter: ["sh", "-c", `echo 0 > ${folder}/cgroup.procs && exec "$@"`, "sh"],
    close: () =>
      eventually("the cgroup to be empty", () => {
        try {
          rmdirSync(folder);
          return true;
        } catch {
          return false;
        }
      }).then(() => {}),
  };
}

/** Whether this user may make them; else the reason for the skip. */
export const cgroupProblem: string | null = (() => {
  if (root === null) return "no cgroups are mounted";
  try {
    const folder = join(root, `sexton-test-${process.pid}`);
    mkdirSync(folder);
    rmdirSync(folder);
    return null;
  } catch (cause) {
    return `cannot make a cgroup: ${(cause as Error).message}`;
  }
})();
