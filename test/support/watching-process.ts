import { join } from "node:path";
import { linesOf } from "./lines.ts";

const program = join(import.meta.dir, "../programs/watch-content.ts");

const children: Bun.Subprocess[] = [];

/** For after each test: also one that failed leaves nobody behind. */
export async function endWatchers(): Promise<void> {
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
}

/** Another process that watches content; what it says, and a limit of watches for it. */
export function watcher(
  before: readonly string[],
  paths: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const child = Bun.spawn([...before, process.execPath, program, ...paths], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  const lines = linesOf(child.stdout);
  return {
    pid: child.pid,
    says: lines.waitForMatch,
    set(limit: number) {
      child.stdin.write(`${limit}\n`);
      void child.stdin.flush();
    },
  };
}
