import type { Bus } from "#daemon/bus.ts";
import type { Ending } from "#policy/evidence/workers.ts";
import type { RegisterEvent } from "#process/event.ts";
import type { Process } from "#process/process.ts";

/** What a master sends its workers to end them. */
const orderly: readonly unknown[] = ["SIGTERM", "SIGQUIT", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH"];

export interface Endings {
  of(id: string): Ending;
  stop(): void;
}

/** What ended longer ago says nothing about how things are now. */
const lately = 60_000;

/** How these processes end, by the register, from now on until `stop`. */
export function followEndings(bus: Pick<Bus, "listen">, ids: ReadonlySet<string>): Endings {
  const endings = new Map<string, Ending>();
  const stop = bus.listen((event) => {
    if (event.type === "process.exited" && event.process && ids.has(event.process.id)) {
      endings.set(event.process.id, endingOf(event));
    }
  });
  return { of: (id) => endings.get(id) ?? "unknown", stop };
}

/**
 * Children of this process ended of their own accord in the last minute, as sessions do and workers do not. A crash is
 * none, and neither is what followed from a signal: that has a cause.
 */
export function doComeAndGo(
  bus: Pick<Bus, "since">,
  { pid, name }: Pick<Process, "pid" | "name">,
  now: number,
): boolean {
  return bus
    .since(0)
    .some(
      (event) =>
        event.type === "process.exited" &&
        event.process?.ppid === pid &&
        event.process.name === name &&
        event.cause === null &&
        now - event.time < lately &&
        endingOf(event) !== "crashed",
    );
}

function endingOf({ data: { exitCode, signal } }: RegisterEvent): Ending {
  if (exitCode === null && signal === null) return "unknown";
  return exitCode === 0 || orderly.includes(signal) ? "clean" : "crashed";
}
