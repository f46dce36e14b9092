import { createLog } from "#base/log.ts";
import { exitCode } from "#cli/command.ts";
import { run } from "#cli/run.ts";
import { profiles } from "#policy/profiles.ts";
import { serve } from "#serve.ts";

const err = (text: string) => void process.stderr.write(text);
const out = (text: string) => void process.stdout.write(text);

process.exit(
  await run(
    process.argv.slice(2),
    { env: process.env, out, err, profiles: profiles.map(({ name }) => name) },
    async (load) => {
      // Listened for before anything else is done: as pid 1 sexton would not even hear of a signal without a handler.
      const stopped = new Promise<string>((resolve) => {
        for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve(name));
      });
      const { config } = await load();
      const log = createLog(err, config.log.level);
      const running = await serve(load, log);
      process.on("SIGHUP", () => void running.reload());
      log.info("sexton stops", { signal: await stopped });
      await running.stop();
      return exitCode.ok;
    },
  ),
);
