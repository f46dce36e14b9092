import { createLog } from "#base/log.ts";
import { version } from "#base/version.ts";
import type { Personality } from "#init/called.ts";
import { type Beside, runInit } from "#init/run.ts";
import { exitGroup } from "#kernel/own-process.ts";
import { writeQuietly } from "#kernel/quiet-write.ts";
import type { Running } from "#serve/serve.ts";

/** What is flushed in this time is; the app has ended, and whoever waits for it should not wait for an agent. */
const stopWithinMs = 2_000;
const shrinkAfterMs = 2_000;

/** The composition root of an init: the command first, and the agent beside it when that runs. */
export async function init(personality: Personality, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  // Nothing that goes wrong in the agent, or here, is a reason to end the app, as an exception that nobody catches would.
  const told = (cause: unknown) => writeQuietly(2, `sexton: internal error: ${reasonOf(cause)}\n`);
  process.on("uncaughtException", told);
  process.on("unhandledRejection", told);
  setTimeout(shrink, shrinkAfterMs).unref();
  const code = await runInit({ personality, args, version, beside: createBeside(env) });
  exitGroup(code);
  // Without FFI there is no other way out than the runtime's.
  return code;
}

/** What only the start needed goes back, of the agent too. */
function shrink(): void {
  Bun.shrink();
  Bun.gc(true);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** The agent in front of an app: whatever fails in it is told once, and the app goes on. */
function createBeside(env: NodeJS.ProcessEnv): Beside {
  let running: Running | null = null;
  return {
    async start({ config, verbose, pid, runProgram }, fail) {
      try {
        const [{ serve }, { loadConfigFrom }] = await Promise.all([
          import("#serve/serve.ts"),
          import("#serve/beside-config.ts"),
        ]);
        const all = createLog((line) => writeQuietly(2, line));
        // The app's own output goes there: what is no trouble is only for those who ask for more.
        const log = verbose ? all : { ...all, info() {}, debug() {} };
        const load = () => loadConfigFrom(config, env);
        running = await serve(await load(), load, log, env, { command: pid, runProgram });
      } catch (cause) {
        fail(reasonOf(cause));
      }
    },
    async stop() {
      if (!running) return;
      await Promise.race([running.stop().catch(() => {}), Bun.sleep(stopWithinMs)]);
    },
  };
}
