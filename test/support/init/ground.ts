import { afterAll, beforeAll } from "bun:test";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { binary } from "../binary.ts";

const folder = join(tmpdir(), `sexton-init-${process.pid}`);
const links = new Map<string, string>();

/** Another build of sexton may stand in for dist/sexton. */
export const sexton = process.env["INIT_TEST_BINARY"] ?? binary;

/** The compiled test/programs/init. */
export const actor = join(folder, "actor");

/** A link to a program under another name. */
export function link(program: string, name: string): string {
  const path = join(folder, `${links.size}`, name);
  links.set(path, program);
  return path;
}

/** Makes all of that for the tests of a file. This module is loaded once for several. */
export function useGround(): void {
  beforeAll(() => {
    if (existsSync(folder)) return;
    mkdirSync(folder);
    for (const [path, program] of links) {
      mkdirSync(dirname(path));
      symlinkSync(program, path);
    }
    compile();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
}

function compile(): void {
  const programs = join(import.meta.dir, "..", "..", "programs", "init");
  const sources = readdirSync(programs)
    .filter((name) => name.endsWith(".c"))
    .map((name) => join(programs, name));
  // libutil has had the pseudo-terminals before glibc 2.34.
  const { exitCode, stderr } = Bun.spawnSync(["gcc", "-Wall", "-Wextra", "-o", actor, ...sources, "-lutil"], {
    stdout: "ignore",
    stderr: "pipe",
  });
  if (exitCode !== 0) throw new Error(`Cannot compile ${programs}: ${stderr.toString()}`);
}
