import type { Subject } from "./subjects.ts";

/** Goes before a command that is to be pid 1, and ends with it. */
export const asPid1 = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child=SIGKILL"];

export interface RunOptions {
  /** The init's own. */
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What goes before the init: a program that becomes it, or one that starts it. */
  readonly through?: readonly string[];
  readonly input?: string;
}

interface Ended {
  /** null: a signal has ended it. */
  readonly code: number | null;
  readonly signal: number | string | null;
  readonly out: string;
  readonly err: string;
}

/** The init's options end before the program's: tini would take those for its own otherwise. */
export function commandOf(subject: Subject, options: readonly string[], program: readonly string[]): readonly string[] {
  return [...subject.command, ...options, "--", ...program];
}

/** Runs a program under an init to its end. */
export function runUnder(subject: Subject, program: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return runCommand([...(options.through ?? []), ...commandOf(subject, options.options ?? [], program)], {
    ...options,
    env: { ...subject.env, ...options.env },
  });
}

/** Runs the init itself, with whatever arguments. */
export function runInit(subject: Subject, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return runCommand([...subject.command, ...args], { env: { ...subject.env, ...env } });
}

export async function runCommand(
  command: readonly string[],
  { env = {}, cwd, input }: Pick<RunOptions, "env" | "cwd" | "input"> = {},
): Promise<Ended> {
  const child = Bun.spawn([...command], {
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdin: input === undefined ? "ignore" : new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
    // One that hangs must not outlive its test.
    timeout: 90_000,
    killSignal: "SIGKILL",
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code: child.signalCode === null ? child.exitCode : null, signal: child.signalCode, out, err };
}

/** Does the work for each, a few at a time; results in the order of the items. */
export async function few<T, R>(items: readonly T[], work: (item: T) => Promise<R>, atOnce = 4): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at] as T);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
