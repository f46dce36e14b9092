import { readFileSync } from "node:fs";
import { hexId, run, until } from "./tools.ts";

/** A scope of systemd's with a container's name, where a kubelet with the systemd driver would have it made. */
export interface Scope {
  readonly id: string;
  readonly pid: number;
  /** Its folder in /sys/fs/cgroup. */
  readonly path: string;
  /** Has its shell run a line. */
  say(line: string): void;
  remove(): Promise<void>;
}

export async function startScope(properties: readonly string[]): Promise<Scope> {
  const id = hexId();
  const slice = `kubepods-burstable-pod${crypto.randomUUID().replaceAll("-", "_")}.slice`;
  const unit = `cri-containerd-${id}.scope`;
  const child = Bun.spawn(
    [
      ...["systemd-run", "--scope", "--quiet", "--collect", `--unit=${unit}`, `--slice=${slice}`],
      // As runtimes have it; without, systemd ends a whole scope when one of it is killed for memory (OOMPolicy=stop).
      ...["Delegate=yes", ...properties].flatMap((property) => ["-p", property]),
      "/bin/sh",
    ],
    { stdin: "pipe", stdout: "ignore", stderr: "inherit" },
  );
  // systemd-run becomes what it runs, once the scope is there.
  await until(`${unit}`, () => readFileSync(`/proc/${child.pid}/comm`, "utf8") === "sh\n");
  const cgroup = /^0::(.*)$/m.exec(readFileSync(`/proc/${child.pid}/cgroup`, "utf8"))?.[1] ?? "";
  return {
    id,
    pid: child.pid,
    path: `/sys/fs/cgroup${cgroup}`,
    say(line) {
      child.stdin.write(`${line}\n`);
      void child.stdin.flush();
    },
    async remove() {
      await run("systemctl", "kill", "--signal=SIGKILL", unit).catch(() => {});
      await child.exited;
    },
  };
}
