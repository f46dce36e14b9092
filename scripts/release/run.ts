interface Options {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs a program to its end; its stdout. What it says on stderr is shown when it fails. */
export async function run(argv: readonly string[], { cwd, env = process.env }: Options = {}): Promise<string> {
  const child = Bun.spawn([...argv], {
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`Cannot run ${argv.join(" ")}: exit code ${code}\n${stderr}${stdout}`);
  return stdout;
}
