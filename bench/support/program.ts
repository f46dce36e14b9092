import type { Cleanup } from "./cleanup.ts";
import type { Population } from "./population.ts";
import { childrenOf } from "./usage.ts";

/** A server that is measured. */
export interface Program {
  /** As this process sees it. */
  readonly pid: number;
  /** What it said so far. */
  readonly stderr: () => string;
  end(): Promise<void>;
}

/** Starts a server among the processes of a population. */
export async function startProgram(
  population: Population,
  argv: readonly string[],
  env: Record<string, string>,
  cleanup: Cleanup,
): Promise<Program> {
  const child = Bun.spawn(population.among(argv), { env, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  let stderr = "";
  void (async () => {
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) stderr += chunk;
  })();
  const said = () => stderr;
  // nsenter waits for the program that it forks, and passes no signals on.
  const pid = population.isolated
    ? await until(`the start of ${argv[0]}`, said, () => childrenOf(child.pid)[0])
    : child.pid;
  let ended = false;
  const end = async () => {
    if (ended) return;
    ended = true;
    try {
      process.kill(pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await child.exited;
  };
  cleanup.add(end);
  return { pid, stderr: said, end };
}

/** Waits for what `find` finds; `said` tells why it may not have come. */
export async function until<T>(
  what: string,
  said: () => string,
  find: () => T | Promise<T>,
  timeoutMs = 20_000,
): Promise<NonNullable<T>> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; ) {
    const found = await find();
    if (found) return found;
    await Bun.sleep(10);
  }
  throw new Error(`Cannot measure: waited for ${what} for ${timeoutMs / 1000} s\n${said()}`);
}
