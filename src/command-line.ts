import { createLog } from "#base/log.ts";
import { type ExitCode, exitCode, type LiveOutput } from "#cli/command.ts";
import { run } from "#cli/run.ts";
import type { LoadedConfig } from "#config/load.ts";
import { readContent } from "#daemon/content/read.ts";
import { checkOnce, uncheckedOnce } from "#daemon/reload/once.ts";
import { validate } from "#daemon/validate/validate.ts";
import { profiles } from "#policy/profiles.ts";
import { serve } from "#serve.ts";

/** Bun's own sinks: process.stdout and process.stderr would load Node's streams, which take a megabyte. */
const sinks = { out: Bun.stdout.writer(), err: Bun.stderr.writer() };

function writer(sink: Bun.FileSink): (text: string) => void {
  return (text) => {
    sink.write(text);
    // A reader that has gone (`sexton ps | head`) is no error of ours.
    Promise.resolve(sink.flush()).catch(() => {});
  };
}

const out = writer(sinks.out);
const err = writer(sinks.err);

const enough = new AbortController();

const live: LiveOutput = {
  async write(text) {
    sinks.out.write(text);
    try {
      await sinks.out.flush();
    } catch {
      enough.abort();
    }
  },
  untilEnough() {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => enough.abort());
    return enough.signal;
  },
};

/** Resolves when it is time to stop. Listened for before anything else: as pid 1 sexton would not even hear of it. */
function untilStopped(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve(name));
  });
}

/** As an init container: what the app would find when it starts. */
async function checkWatches(load: () => Promise<LoadedConfig>): Promise<ExitCode> {
  const { config } = await load();
  const problems = await checkOnce(config, { readContent, validate });
  for (const problem of [...problems, ...uncheckedOnce(config)]) err(`sexton: ${problem}\n`);
  return problems.length === 0 ? exitCode.ok : exitCode.failed;
}

/** Runs the command that the arguments name; the exit code, once all output has been taken. */
export async function commandLine(env: NodeJS.ProcessEnv): Promise<number> {
  const code = await run(
    process.argv.slice(2),
    { env, out, err, live, profiles: profiles.map(({ name }) => name) },
    async (load, once) => {
      if (once) return checkWatches(load);
      const stopped = untilStopped();
      let reload: (() => Promise<void>) | null = null;
      // One that comes before sexton serves asks for nothing more: the configuration is about to be read.
      process.on("SIGHUP", () => void reload?.());
      const log = createLog(err);
      const running = await serve(load, log, env);
      ({ reload } = running);
      log.info("sexton stops", { signal: await stopped });
      await running.stop();
      return exitCode.ok;
    },
  );
  // Exiting would cut off what has not reached its reader yet: all after a pipe's 64 KiB.
  await Promise.allSettled([sinks.out.end(), sinks.err.end()]);
  return code;
}
