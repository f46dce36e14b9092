import { mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const source = join(import.meta.dir, "..", "programs", "settable-clock.c");
export const clockProblem = Bun.which("gcc") === null ? "gcc is missing" : null;

/** A wall clock that a test sets, for one process: what to put into its environment. */
export function createSettableClock() {
  const folder = mkdtempSync(join(tmpdir(), "sexton-clock-"));
  const library = join(folder, "clock.so");
  const { exitCode, stderr } = Bun.spawnSync(["gcc", "-shared", "-fPIC", "-O2", "-o", library, source], {
    stderr: "pipe",
  });
  if (exitCode !== 0) throw new Error(stderr.toString());
  const file = join(folder, "offset");
  writeFileSync(file, Buffer.alloc(8));
  const fd = openSync(file, "r+");
  return {
    env: { LD_PRELOAD: library, CLOCK_OFFSET: file },
    /** Seconds from what the machine's clock says. Written in place: the process has it mapped. */
    set(offsetSeconds: number) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(offsetSeconds));
      writeSync(fd, bytes, 0, 8, 0);
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
