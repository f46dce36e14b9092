import { createLog } from "#base/log.ts";
import { exitCode } from "#cli/command.ts";
import { run } from "#cli/run.ts";
import { profiles } from "#policy/profiles.ts";
import { serve } from "#serve.ts";

/** What was written and has not reached its reader yet: exiting would cut it off after the pipe's 64 KiB. */
let flushed: Promise<unknown> = Promise.resolve();

function writer(stream: NodeJS.WriteStream): (text: string) => void {
  // A reader that has gone (`sexton ps | head`) is no error of ours.
  stream.on("error", () => {});
  return (text) => {
    const written = new Promise((resolve) => stream.write(text, resolve));
    flushed = Promise.all([flushed, written]);
  };
}

const out = writer(process.stdout);
const err = writer(process.stderr);

/** Resolves when it is time to stop. Listened for before anything else: as pid 1 sexton would not even hear of it. */
function untilStopped(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve(name));
  });
}

const code = await run(
  process.argv.slice(2),
  { env: process.env, out, err, profiles: profiles.map(({ name }) => name) },
  async (load) => {
    const stopped = untilStopped();
    let reload: (() => Promise<void>) | null = null;
    // One that comes before sexton serves asks for nothing more: the configuration is about to be read.
    process.on("SIGHUP", () => void reload?.());
    const log = createLog(err);
    const running = await serve(load, log);
    ({ reload } = running);
    // What only the start needed goes back: a tenth of the memory of an agent that idles from now on.
    setTimeout(() => Bun.gc(true), 1_000).unref();
    log.info("sexton stops", { signal: await stopped });
    await running.stop();
    return exitCode.ok;
  },
);
await flushed;
process.exit(code);
