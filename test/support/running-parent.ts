import { createObserver } from "#daemon/observer.ts";
import { lookAround } from "#daemon/surroundings.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { Process } from "#process/process.ts";
import type { Zombie } from "#process/zombie.ts";
import { linesOf } from "./lines.ts";

export const root = procRoot();

/** A parent of test/programs/parent.c on this machine, with its zombies as the daemon has them. */
export interface RunningParent {
  readonly process: Process;
  readonly zombies: readonly Zombie[];
  /** What it has said that matches. */
  said(pattern: RegExp): readonly string[];
  readonly child: Bun.Subprocess;
  /** Pid 1 gets what it leaves. */
  close(): Promise<void>;
}

export async function runParent(command: readonly string[]): Promise<RunningParent> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const lines = linesOf(child.stdout);
  await lines.waitFor("ready");
  const table = createObserver(root, Date.now, lookAround(root, process.pid)).table(0);
  const parent = table.byPid.get(child.pid) as Process;
  const dead = table.processes.filter(({ ppid, state }) => ppid === child.pid && state === "zombie");
  const exit = { exitCode: 7, signal: null, coreDumped: false };
  const age = { since: Date.now() - 100_000, sinceIsExact: true, ageMs: 100_000 };
  return {
    process: parent,
    zombies: dead.map((process) => ({ process, exit, parent, cause: "parent-not-waiting", ...age })),
    said: lines.matching,
    child,
    async close() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
