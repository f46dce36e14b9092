import { readdirSync } from "node:fs";
import { type Actor, type Ready, startActor } from "./actor.ts";
import { eventually } from "./poll.ts";
import { isZombie, stateOf } from "./process-state.ts";

/** A program of test/programs/zombies for a language's runtime, which ticks while it blocks in its own ways. */
export interface Runtime {
  readonly name: string;
  readonly program: string;
  /** What it runs by; null: this machine does not have it. */
  readonly interpreter: string | null;
  readonly args: readonly string[];
}

function runtime(name: string, program: string, interpreter: string | null, ...args: string[]): Runtime {
  return { name, program, interpreter, args };
}

const javac = Bun.which("javac");

export const runtimes: readonly Runtime[] = [
  ...["sleep", "select", "event", "asyncio", "fork"].map((call) =>
    runtime(`python ${call}`, "runtime.py", Bun.which("python3"), call),
  ),
  ...["idle", "serve", "children"].flatMap((call) => [
    runtime(`node ${call}`, "runtime.mjs", Bun.which("node"), call),
    runtime(`bun ${call}`, "runtime.mjs", process.execPath, call),
  ]),
  // A source file is compiled when it starts, for which a JRE is not enough.
  runtime("java", "Runtime.java", javac === null ? null : Bun.which("java")),
  runtime("perl", "runtime.pl", Bun.which("perl")),
  runtime("sh read", "runtime.sh", "/bin/sh", "read"),
  runtime("sh exec", "runtime.sh", "/bin/sh", "exec"),
];

/** Starts it under the subreaper. It has its zombies once it is ready, since starting may collect what is there. */
export function startRuntime(command: readonly string[]): Actor {
  const actor = startActor(command);
  const prepare = async (): Promise<Ready> => {
    const said = await actor.ready();
    const orphans = actor.lines().find((line) => "orphans" in line) as Ready;
    // A shell collects whatever has ended behind each command, its own ones too: the last was what said that it is ready.
    await actor.blocked();
    for (const pid of orphans.zombies) process.kill(pid, "SIGUSR1");
    const isOver = () => {
      // With it go its zombies, to whoever collects them at once.
      if (!/^[^ZX]$/.test(stateOf(actor.pid) ?? "X"))
        throw new Error(`${command.join(" ")} has ended: ${JSON.stringify(actor.lines())}`);
      return orphans.zombies.every(isZombie);
    };
    // Some dump core, and many may do so at once.
    await eventually(`the orphans of ${command.join(" ")} to end`, isOver, 60_000);
    return {
      ...said,
      pid: actor.pid,
      tids: readdirSync(`/proc/${actor.pid}/task`).map(Number),
      zombies: [...orphans.zombies, ...(said.zombies ?? [])],
      ends: [...orphans.ends, ...(said.ends ?? [])],
    };
  };
  let prepared: Promise<Ready> | undefined;
  const ready = () => {
    prepared ??= prepare();
    return prepared;
  };
  return {
    ...actor,
    ready,
    async blocked(tid) {
      await ready();
      await actor.blocked(tid);
    },
  };
}
