import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Cleanup } from "./cleanup.ts";

const top = join(import.meta.dir, "../..");

/** Builds programs into a folder of their own under the system's temporary folder. */
export interface Builder {
  /** A C program of bench/, at -O2; null when there is no compiler. */
  c(source: string): string | null;
  /** A TypeScript program of bench/, compiled as dist/sexton is. */
  binary(source: string): Promise<string>;
  /** A file with this text. */
  text(name: string, content: string): Promise<string>;
}

export function createBuilder(cleanup: Cleanup): Builder {
  const folder = mkdtempSync(join(tmpdir(), "sexton-bench-"));
  cleanup.add(() => rmSync(folder, { recursive: true, force: true }));
  const compiler = Bun.which("cc") ?? Bun.which("gcc");

  function build(argv: readonly string[]): void {
    const { success, stdout, stderr } = Bun.spawnSync([...argv], { cwd: top, stdout: "pipe", stderr: "pipe" });
    if (!success) throw new Error(`Cannot build: ${argv.join(" ")} failed\n${stderr}${stdout}`);
  }

  return {
    c(source) {
      if (compiler === null) return null;
      const outfile = join(folder, basename(source, ".c"));
      build([compiler, "-O2", "-Wall", "-o", outfile, join("bench", source)]);
      return outfile;
    },
    async binary(source) {
      const outfile = join(folder, basename(source, ".ts"));
      build([process.execPath, "scripts/build.ts", outfile, join("bench", source)]);
      return outfile;
    },
    async text(name, content) {
      await Bun.write(join(folder, name), content);
      return join(folder, name);
    },
  };
}
