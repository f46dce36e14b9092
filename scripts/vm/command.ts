/** Runs a program to its end; what it printed, or an error that has it. Sparing of others: it is niced. */
export async function run(argv: readonly string[], limitSeconds: number): Promise<string> {
  const child = Bun.spawn(["nice", "-n", "10", ...argv], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: limitSeconds * 1000,
    killSignal: "SIGKILL",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) {
    const how = child.signalCode === null ? `exit code ${code}` : `${child.signalCode}, the limit is ${limitSeconds} s`;
    throw new Error(`Cannot run ${argv.join(" ")}: ${how}\n${(err || out).trim().split("\n").slice(-15).join("\n")}`);
  }
  return out;
}
