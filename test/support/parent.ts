import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Compiles test/programs/parent.c, which says what each of its modes does about its children. */
export function compileParent() {
  const folder = mkdtempSync(join(tmpdir(), "sexton-parent-"));
  const path = join(folder, "parent");
  const source = join(import.meta.dir, "..", "programs", "parent.c");
  const { exitCode, stderr } = Bun.spawnSync(["gcc", "-O1", "-Wall", "-Wextra", "-o", path, source], {
    stdout: "ignore",
    stderr: "pipe",
  });
  if (exitCode !== 0) throw new Error(`Cannot compile ${source}: ${stderr.toString()}`);
  return {
    command: (mode: ParentMode, zombies = 1): readonly string[] => [path, mode, String(zombies)],
    close: () => rmSync(folder, { recursive: true }),
  };
}

type ParentMode = "never" | "soon" | "handler" | "vain" | "deaf" | "tidy";
