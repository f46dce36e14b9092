import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanEnv } from "./binary.ts";
import { eventually } from "./poll.ts";
import { hexId } from "./processes.ts";

/** Hierarchies that a container is a member of: the one that zombies keep their path in, and that of the pids controller. */
const tops = (() => {
  const unified = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].find((path) =>
    existsSync(join(path, "cgroup.controllers")),
  );
  const pids = "/sys/fs/cgroup/pids";
  return [unified, existsSync(join(pids, "cgroup.procs")) ? pids : undefined].filter((path) => path !== undefined);
})();

/** Why pods cannot be imitated here; null where they can. */
export const nodeProblem: string | null = (() => {
  if (tops.length === 0) return "no cgroups are mounted";
  const { exitCode, stderr } = Bun.spawnSync(["unshare", "--mount", "true"], { stderr: "pipe" });
  if (exitCode !== 0) return `cannot make a mount namespace: ${stderr.toString().trim()}`;
  try {
    const probe = join(tops[0] as string, `sexton-test-${process.pid}`);
    mkdirSync(probe);
    rmdirSync(probe);
    return null;
  } catch (cause) {
    return `cannot make a cgroup: ${(cause as Error).message}`;
  }
})();

/** The folders that a kubelet keeps: one for the logs of pods, one for pods. Cgroups of its pods are below its own. */
export interface FakeNode {
  readonly logs: string;
  readonly folder: string;
  pod(namespace: string, name: string): FakePod;
  /** Ends all that runs in its pods. */
  close(): Promise<void>;
}

/** As the kubelet and a runtime with the cgroupfs driver make it, but that all of it is in the machine's PID namespace. */
export interface FakePod {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  /** pids.max of the pod; where the controller has a hierarchy. */
  limit(pids: number): void;
  /** The first process of a container. Null is the sandbox, which the kubelet mounts nothing into. */
  start(container: string | null, command: readonly string[]): FakeProcess;
  readonly pause: readonly string[];
}

export interface FakeProcess {
  readonly pid: number;
  readonly containerId: string;
  readonly exited: Promise<number>;
  kill(signal: NodeJS.Signals): void;
}

export function createFakeNode(): FakeNode {
  const folder = mkdtempSync(join(tmpdir(), "sexton-node-"));
  const logs = join(folder, "logs");
  mkdirSync(logs);
  const pause = join(folder, "pause");
  copyFileSync("/bin/sleep", pause);
  // What the runtime mounts it onto, in a mount namespace of the container's own.
  const target = join(folder, "termination-log");
  writeFileSync(target, "");
  const kubepods = `kubepods-${hexId(folder).slice(0, 8)}`;
  const made: string[] = [];

  function makeCgroup(path: string): void {
    for (const top of tops) {
      const parts = path.split("/");
      for (let depth = 1; depth <= parts.length; depth++) {
        const cgroup = join(top, ...parts.slice(0, depth));
        if (existsSync(cgroup)) continue;
        mkdirSync(cgroup);
        made.push(cgroup);
      }
    }
  }

  return {
    logs,
    folder,
    pod(namespace, name) {
      const uid = crypto.randomUUID();
      mkdirSync(join(logs, `${namespace}_${name}_${uid}`));
      const own = `${kubepods}/burstable/pod${uid}`;
      makeCgroup(own);
      return {
        uid,
        name,
        namespace,
        pause: [pause, "1000"],
        limit: (pids) => writeFileSync(join("/sys/fs/cgroup/pids", own, "pids.max"), `${pids}`),
        start(container, command) {
          const containerId = hexId(`${uid} ${container} ${crypto.randomUUID()}`);
          makeCgroup(`${own}/${containerId}`);
          const enter = tops.map((top) => `echo 0 > ${join(top, own, containerId, "cgroup.procs")}`).join(" && ");
          const script =
            container === null ? "" : `mount --bind ${terminationLog(folder, uid, container)} ${target} && `;
          const inside = ["unshare", "--mount", "sh", "-c", `${script}exec "$@"`, "sh", ...command];
          const child = Bun.spawn(["sh", "-c", `${enter} && exec "$@"`, "sh", ...inside], {
            env: cleanEnv,
            stdin: "ignore",
            stdout: "ignore",
            stderr: "ignore",
          });
          return { pid: child.pid, containerId, exited: child.exited, kill: (signal) => child.kill(signal) };
        },
      };
    },
    async close() {
      for (const cgroup of made.reverse()) {
        await eventually(`${cgroup} to be empty`, () => {
          for (const pid of readFileSync(join(cgroup, "cgroup.procs"), "utf8").split("\n").filter(Boolean)) {
            try {
              process.kill(Number(pid), "SIGKILL");
            } catch {
              // It has ended by itself.
            }
          }
          try {
            rmdirSync(cgroup);
            return true;
          } catch {
            return !existsSync(cgroup);
          }
        });
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The file that the kubelet mounts for termination messages. */
function terminationLog(folder: string, uid: string, container: string): string {
  const place = join(folder, "pods", uid, "containers", container);
  mkdirSync(place, { recursive: true });
  const file = join(place, crypto.randomUUID().slice(0, 8));
  writeFileSync(file, "");
  return file;
}
