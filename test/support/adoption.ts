import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { visit } from "#kernel/adopt.ts";
import { orNull } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { ProcStat } from "#kernel/procfs/stat.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import type { Process } from "#process/process.ts";
import type { Zombie } from "#process/zombie.ts";
import { type Actor, startActor } from "./actor.ts";
import { processOf, zombieOf } from "./dead.ts";
import { stateOf, tracerOf } from "./process-state.ts";

const sources = join(import.meta.dir, "..", "programs", "adopt");
const shared = join(import.meta.dir, "..", "programs", "zombies");

/** Starts the programs of test/programs/adopt, which it compiles when they are first needed, and ends them all. */
export function createParents() {
  const folder = mkdtempSync(join(tmpdir(), "sexton-adopt-"));
  const compiled = new Map<string, Promise<string>>();
  const actors = new Set<Actor>();

  function compile(name: string): Promise<string> {
    const making = compiled.get(name) ?? gcc(name, join(folder, name));
    compiled.set(name, making);
    return making;
  }

  return {
    compile,
    async start(name: string, ...args: readonly (string | number)[]): Promise<Actor> {
      const actor = startActor([await compile(name), ...args.map(String)]);
      actors.add(actor);
      return actor;
    },
    async finish(): Promise<void> {
      await Promise.all([...actors].map((actor) => actor.finish()));
      actors.clear();
    },
    /** To be called last: removes the programs. */
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function gcc(name: string, output: string): Promise<string> {
  const inputs = [join(sources, `${name}.c`), join(shared, "actor.c"), join(shared, "threads.c")];
  const flags = ["-O1", "-Wall", "-Wextra", "-D_GNU_SOURCE", "-pthread", `-I${shared}`];
  const child = Bun.spawn(["gcc", ...flags, "-o", output, ...inputs], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const [stderr, exitCode] = await Promise.all([child.stderr.text(), child.exited]);
  if (exitCode !== 0) throw new Error(`Cannot compile ${name}: ${stderr}`);
  return output;
}

/** Asks about all of them, some at a time: what is wrong, by name. */
export async function findWrong<T>(names: readonly T[], ask: (name: T) => Promise<unknown>, atOnce: number) {
  const left = [...names];
  const wrong: { name: T; why: unknown }[] = [];
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const why = await ask(name);
      if (why !== null) wrong.push({ name, why });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return wrong;
}

let turn: Promise<unknown> = Promise.resolve();

/**
 * Visits wait for one another: each waits for its thread by asking again and again, and a second one would hold it up. A
 * machine that is too busy to let the thread stop in time has it tried again.
 */
export async function visitInTurn(...given: Parameters<typeof visit>): ReturnType<typeof visit> {
  const made = turn.then(() => visit(...given));
  turn = made.catch(() => {});
  const found = await made;
  if (found.outcome !== "late" || found.answers.length > 0) return found;
  await Bun.sleep(20);
  return visitInTurn(...given);
}

/** Neither stopped nor traced, nor dead. */
export function isUnharmed(pid: number): boolean {
  return tracerOf(pid) === 0 && /^[SRD]$/.test(stateOf(pid) ?? "");
}

export function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

/** A living process of this machine. */
export function parentOf(pid: number): Process {
  const stat = statOf(pid);
  if (!stat) throw new Error(`there is no process ${pid}`);
  return { ...processOf({ pid, name: "parent" }), startTicks: stat.startTicks };
}

/** Those of its zombies that are there still, as the daemon would have found them. */
export function zombiesOf(parent: Process, pids: readonly number[]): Zombie[] {
  return pids.flatMap((pid) => {
    const stat = statOf(pid);
    const zombie = zombieOf(pid, parent);
    return stat ? [{ ...zombie, process: { ...zombie.process, startTicks: stat.startTicks } }] : [];
  });
}

const root = procRoot();

function statOf(pid: number): ProcStat | null {
  return orNull(readStat(root, pid));
}
