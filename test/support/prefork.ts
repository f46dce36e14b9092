import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linesOf } from "./lines.ts";
import { eventually } from "./poll.ts";

/** A master with workers that it replaces on SIGHUP: test/programs/prefork.c. */
export interface Prefork {
  readonly pid: number;
  workers(): readonly number[];
  /** Once it has replaced its workers so many times. */
  reloaded(times: number): Promise<unknown>;
  close(): Promise<void>;
}

/** `secret` is its last argument, which it writes into its title too. */
export async function startPrefork(workers: number, secret: string): Promise<Prefork> {
  const folder = mkdtempSync(join(tmpdir(), "sexton-prefork-"));
  const path = join(folder, "prefork");
  const source = join(import.meta.dir, "..", "programs", "prefork.c");
  const { exitCode, stderr } = Bun.spawnSync(["gcc", "-O1", "-Wall", "-Wextra", "-o", path, source], {
    stdout: "ignore",
    stderr: "pipe",
  });
  if (exitCode !== 0) throw new Error(`Cannot compile ${source}: ${stderr.toString()}`);
  const child = Bun.spawn([path, `${workers}`, secret], { stdin: "ignore", stdout: "pipe", stderr: "ignore" });
  const lines = linesOf(child.stdout);
  await lines.waitFor("ready");
  const { pid } = child;
  return {
    pid,
    workers: () => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number),
    reloaded: (times) => eventually(`reload ${times}`, () => lines.matching(/^reloaded$/).length >= times),
    async close() {
      child.kill(9);
      await child.exited;
      rmSync(folder, { recursive: true });
    },
  };
}
