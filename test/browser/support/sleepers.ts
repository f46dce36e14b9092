import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linesOf } from "../../support/lines.ts";

/** So many processes that do nothing; they end with the test. */
export async function startSleepers(count: number, enter: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "sexton-sleepers-"));
  const program = join(folder, "sleepers");
  const source = join(import.meta.dir, "..", "..", "..", "bench", "sleepers.c");
  const { exitCode, stderr } = Bun.spawnSync(["gcc", "-O1", "-o", program, source], {
    stdout: "ignore",
    stderr: "pipe",
  });
  if (exitCode !== 0) throw new Error(`Cannot compile ${source}: ${stderr.toString()}`);
  const child = Bun.spawn([...enter, program, String(count)], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  await linesOf(child.stdout).waitFor("ready");
  return {
    async close(): Promise<void> {
      child.stdin.end();
      child.kill("SIGKILL");
      await child.exited;
      rmSync(folder, { recursive: true });
    },
  };
}
