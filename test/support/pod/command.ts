/** What a host program left: its exit code and both of its outputs. */
export type Finished = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

type Options = {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** A host program that hangs must fail the test that started it, not the whole run. @default {60_000} */
  readonly deadlineMs?: number;
};

/** Runs a host program to its end, whatever its exit code. */
export async function attempt(argv: readonly string[], options: Options = {}): Promise<Finished> {
  const { deadlineMs = 60_000 } = options;
  const child = Bun.spawn([...argv], {
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: options.stdin === undefined ? "ignore" : Buffer.from(options.stdin),
    stdout: "pipe",
    stderr: "pipe",
    timeout: deadlineMs,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (child.signalCode !== null) {
    throw new Error(`Cannot run ${argv.join(" ")}: ended by ${child.signalCode} within ${deadlineMs} ms\n${stderr}`);
  }
  return { exitCode, stdout, stderr };
}

/** Runs a host program that is expected to succeed and returns its stdout. */
export async function run(argv: readonly string[], options: Options = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await attempt(argv, options);
  if (exitCode !== 0) throw new Error(`Cannot run ${argv.join(" ")}: exit code ${exitCode}\n${stderr}${stdout}`);
  return stdout;
}

/** Asks `probe` again and again until it answers something other than undefined; the last failure explains a timeout. */
export async function until<T>(what: string, probe: () => Promise<T | undefined>, deadlineMs = 10_000): Promise<T> {
  const end = performance.now() + deadlineMs;
  let last: unknown = "no answer yet";
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
      last = "no answer yet";
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs} ms for ${what}: ${last}`, { cause: last });
    await Bun.sleep(20);
  }
}
