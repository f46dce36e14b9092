import { createBoundedWriter } from "#base/bounded-writer.ts";
import { createLog, type Log } from "#base/log.ts";
import { version } from "#base/version.ts";
import { type ExitCode, exitCode, type LiveOutput } from "#cli/command.ts";
import type { RunDemo } from "#cli/commands/demo.ts";
import { type Documents, run } from "#cli/run.ts";
import { createScreen } from "#cli/screen.ts";
import type { LoadedConfig } from "#config/load.ts";
import { profiles } from "#policy/profiles.ts";
import type { Leave } from "#process/leave.ts";

/** Bun's own sinks: process.stdout and process.stderr would load Node's streams, which take a megabyte. */
const sinks = { out: Bun.stdout.writer(), err: Bun.stderr.writer() };

/** Whoever reads has taken it; rejects where nobody does. What is long is told so by write() and not by flush(). */
async function taken(sink: Bun.FileSink, text: string): Promise<void> {
  await Promise.all([sink.write(text), sink.flush()]);
}

const lastLinesMs = 300;

function writer(sink: Bun.FileSink): (text: string) => void {
  // A reader that has gone (`sexton ps | head`) is no error of ours.
  return (text) => void taken(sink, text).catch(() => {});
}

const out = writer(sinks.out);
const err = writer(sinks.err);

const enough = new AbortController();

const live: LiveOutput = {
  async write(text) {
    try {
      await taken(sinks.out, text);
    } catch {
      enough.abort();
    }
  },
  untilEnough() {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => enough.abort());
    return enough.signal;
  },
};

/**
 * When it is time to stop, and when it is not to take its time any longer. Listened for before anything else: as pid 1
 * sexton would not even hear of it.
 */
function untilStopped(): { readonly told: Promise<Leave>; readonly toldAgain: Promise<void> } {
  const { promise: told, resolve } = Promise.withResolvers<Leave>();
  const { promise: toldAgain, resolve: insist } = Promise.withResolvers<void>();
  let times = 0;
  for (const reason of ["SIGTERM", "SIGINT"] as const)
    process.on(reason, () => (times++ === 0 ? resolve({ reason, exitCode: exitCode.ok, caller: null }) : insist()));
  return { told, toldAgain };
}

/** As an init container: what the app would find when it starts. */
async function checkWatches(load: () => Promise<LoadedConfig>): Promise<ExitCode> {
  const [{ config }, { readContent }, { checkOnce, uncheckedOnce }, { validate }] = await Promise.all([
    load(),
    import("#daemon/content/read.ts"),
    import("#daemon/reload/once.ts"),
    import("#daemon/validate/validate.ts"),
  ]);
  const problems = await checkOnce(config, { readContent, validate }, (sentence) => err(`sexton: ${sentence}\n`));
  for (const problem of [...problems, ...uncheckedOnce(config)]) err(`sexton: ${problem}\n`);
  return problems.length === 0 ? exitCode.ok : exitCode.failed;
}

const documents: Documents = {
  async openApi() {
    const [{ openApiDocument }, { routes }] = await Promise.all([
      import("#http/document/document.ts"),
      import("#http/routes.ts"),
    ]);
    return openApiDocument(routes, version);
  },
  initHelp: async () => (await import("#init/help.ts")).initHelp,
};

const demo: RunDemo = async (asked) => (await import("#demo/demo.ts")).demo(asked);

/** Runs the command that the arguments name; the exit code, once all output has been taken. */
export async function commandLine(env: NodeJS.ProcessEnv): Promise<number> {
  let hasServed = false;
  const code = await run(
    process.argv.slice(2),
    { env, out, err, live, screen: createScreen(env), documents, demo, profiles: profiles.map(({ name }) => name) },
    async (load, once) => {
      if (once) return checkWatches(load);
      const stopped = untilStopped();
      let reload: (() => Promise<void>) | null = null;
      // One that comes before sexton serves asks for nothing more: the configuration is about to be read.
      process.on("SIGHUP", () => void reload?.());
      const log: Log = createLog(
        createBoundedWriter(
          (text) => taken(sinks.err, text),
          (lines) => log.warn("log lines were lost: nobody has taken them", { lines }),
        ),
      );
      const loaded = await load();
      // What was needed for the configuration alone leaves its place to what is needed for good, which would else lie
      // scattered behind it: a quarter of a megabyte, for 4 ms.
      Bun.gc(true);
      // On demand: whoever asks an agent needs none of it.
      const { serve } = await import("#serve/serve.ts");
      const running = await serve(loaded, load, log, env);
      ({ reload } = running);
      const leave = await Promise.race([stopped.told, running.leaving]);
      reload = null;
      log.info("sexton stops", { reason: leave.reason });
      await Promise.race([running.end(leave), stopped.toldAgain]);
      hasServed = true;
      return leave.exitCode;
    },
  );
  // Exiting would cut off what has not reached its reader yet: all after a pipe's 64 KiB.
  const ended = Promise.allSettled([sinks.out.end(), sinks.err.end()]);
  // But an agent is not kept from its end by whoever has stopped reading its log.
  await (hasServed ? Promise.race([ended, Bun.sleep(lastLinesMs)]) : ended);
  return code;
}
