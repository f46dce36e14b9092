import { withFileLimit } from "#init/nofile.ts";
import { errnoName } from "#kernel/errno.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { signalGroup } from "#kernel/signal-child.ts";
import { everySignal } from "#kernel/signal-set.ts";
import { spawn } from "#kernel/spawn.ts";
import type { ProgramEnd, RunProgram } from "#process/run-program.ts";
import { signalName } from "#process/signal.ts";

interface Means {
  readonly root: ProcRoot;
  /** The command's, of bytes. */
  readonly environment: readonly string[];
  readonly nofile: number | null;
}

export interface Programs {
  readonly run: RunProgram;
  /** A child has ended and was collected; true when it was one of these. */
  collected(pid: number, status: number): boolean;
}

const SIGKILL = 9;

/** Programs that an init starts beside its command. Only its own loop collects them: there must not be another one. */
export function createPrograms({ root, environment, nofile }: Means): Programs {
  /** Until they are collected; so long their pids are nobody else's. */
  const running = new Map<number, (end: ProgramEnd) => void>();

  return {
    async run(command, { timeoutMs, abort }) {
      abort.throwIfAborted();
      // From here to where its end is waited for nothing is collected: all of it is one turn of the event loop.
      const spawned = withFileLimit(root, nofile, () =>
        spawn({
          argv: command.map((word) => Buffer.from(word).toString("latin1")),
          environment,
          defaults: everySignal,
          mask: 0n,
          group: "own-group",
          terminal: null,
          isQuiet: true,
        }),
      );
      if ("errno" in spawned) return { error: errnoName(spawned.errno) };
      const { pid } = spawned;
      const { promise, resolve, reject } = Promise.withResolvers<ProgramEnd>();
      running.set(pid, resolve);
      const kill = () => {
        if (running.has(pid)) signalGroup(pid, SIGKILL);
      };
      // Not waited for any longer: what the kernel itself holds on to is not ended by a SIGKILL either.
      const timer = setTimeout(() => {
        kill();
        resolve({ exitCode: null, signal: null, timedOut: true });
      }, timeoutMs);
      const leave = () => {
        kill();
        reject(abort.reason);
      };
      abort.addEventListener("abort", leave, { once: true });
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        abort.removeEventListener("abort", leave);
      }
    },
    collected(pid, status) {
      const tell = running.get(pid);
      if (!tell) return false;
      running.delete(pid);
      tell(endOf(status));
      return true;
    },
  };
}

/** A wait status (wait(2)). */
function endOf(status: number): ProgramEnd {
  const signal = status & 0x7f;
  if (signal === 0) return { exitCode: (status >> 8) & 0xff, signal: null, timedOut: false };
  return { exitCode: null, signal: signalName(signal) ?? `signal ${signal}`, timedOut: false };
}
