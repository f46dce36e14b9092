import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { cleanEnv } from "./binary.ts";
import { eventually } from "./poll.ts";

/** Whether this user may make PID namespaces; else the reason for the skip. */
export const namespaceProblem: string | null = (() => {
  const { exitCode, stderr } = Bun.spawnSync(["unshare", "--pid", "--fork", "--mount-proc", "true"], {
    stderr: "pipe",
  });
  return exitCode === 0 ? null : `cannot make a PID namespace: ${stderr.toString().trim()}`;
})();

/**
 * A pod without containers: a PID namespace with a pid 1 that reaps, into which programs are put from outside, so that
 * they have ppid 0 as a container's first process has.
 */
export interface Namespace {
  /** What to put in front of a command to run it as a root process of the namespace. */
  readonly enter: readonly string[];
  /** Starts a root process; ends with the namespace. */
  start(command: readonly string[]): Bun.Subprocess<"ignore", "pipe", "inherit">;
  /** Ends everything in it. */
  close(): Promise<void>;
}

const pause = "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done";

/** `pid1`: what is to be its pid 1 instead. */
export async function createNamespace(pid1: readonly string[] = ["sh", "-c", pause]): Promise<Namespace> {
  const command = ["unshare", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc", ...pid1];
  const name = basename(pid1[0] ?? "");
  const outer = Bun.spawn(command, { env: cleanEnv, stdin: "ignore", stdout: "ignore" });
  const init = await eventually("the namespace's pid 1", () => {
    const children = readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, "utf8").trim();
    // unshare has forked, but mounts the namespace's own /proc a moment later.
    return children !== "" && readFileSync(`/proc/${children}/comm`, "utf8").trim() === name ? children : null;
  });
  const enter = ["nsenter", "--target", init, "--pid", "--mount", "--"];
  return {
    enter,
    start: (started) =>
      Bun.spawn([...enter, ...started], { env: cleanEnv, stdin: "ignore", stdout: "pipe", stderr: "inherit" }),
    async close() {
      outer.kill("SIGKILL");
      await outer.exited;
    },
  };
}
