import type { Bus } from "#daemon/bus.ts";
import type { ExitFacts, RegisterEvent } from "#process/event.ts";
import { type ProcessId, parseProcessRef } from "#process/identity.ts";
import type { Process } from "#process/process.ts";

/** What is known of a process that has ended and was not collected yet. */
export interface Grave extends ProcessId {
  /** Milliseconds since the epoch; where nobody saw the end, when it was first found. */
  since: number;
  /** The same moment by `performance.now()`: a wall clock that is set must make nobody old enough to be helped. */
  agesFrom: number;
  sinceIsExact: boolean;
  /** Null: nobody saw the end, and nobody has looked since. */
  exit: ExitFacts | null;
  /** Nobody traces it, and who has ended cannot be attached to any more (ptrace(2)): there is no need to look again. */
  untraced: boolean;
  /** The id of `zombie.detected`; null before that. */
  detected: number | null;
  /** Its parent, as it was at the detection. */
  parent: Process | null;
  /** A remedy is at work on it, and tells what comes of it. */
  claimed: boolean;
  /** Its collection, when that was heard of while it was claimed. */
  collected: RegisterEvent | null;
  /** How old it became; null: it is there. */
  agedMs: number | null;
  /** Who collected it has been told. */
  told: boolean;
}

/** The dead by pid, from `process.exited` to `process.reaped`. */
export interface Graves {
  /** The grave of a process that was found to have ended; opened at `now` when its end was not heard of. */
  of(process: ProcessId, now: number): Grave;
  /** The grave of one that was heard of; null: nothing was, or it has been collected. */
  known(process: ProcessId): Grave | null;
  all(): Iterable<Grave>;
  readonly size: number;
}

interface Listeners {
  readonly onBurial: (grave: Grave) => void;
  /** Collected, after it was told. */
  readonly onCollected: (grave: Grave, event: RegisterEvent) => void;
}

export function createGraves(bus: Bus, { onBurial, onCollected }: Listeners): Graves & { stop(): void } {
  const graves = new Map<number, Grave>();
  const stop = bus.listen((event) => {
    if (event.type !== "process.exited" && event.type !== "process.reaped") return;
    const id = parseProcessRef(event.process?.id ?? "");
    if (id?.startTicks == null) return;
    const process = { pid: id.pid, startTicks: id.startTicks };
    const grave = known(process);
    if (event.type === "process.exited") {
      // A scan may have been here first.
      const exact = { since: event.time, agesFrom: performance.now(), sinceIsExact: true, exit: exitOf(event) };
      onBurial(Object.assign(grave ?? open(process, event.time), exact));
    } else if (grave) {
      graves.delete(id.pid);
      grave.agedMs = performance.now() - grave.agesFrom;
      onCollected(grave, event);
    }
  });

  function open({ pid, startTicks }: ProcessId, since: number): Grave {
    const untold = { untraced: false, detected: null, parent: null, claimed: false, collected: null, told: false };
    const begun = { since, agesFrom: performance.now(), sinceIsExact: false, agedMs: null };
    const grave = { pid, startTicks, ...begun, exit: null, ...untold };
    graves.set(pid, grave);
    return grave;
  }

  function known({ pid, startTicks }: ProcessId): Grave | null {
    const grave = graves.get(pid);
    return grave?.startTicks === startTicks ? grave : null;
  }

  return {
    of: (process, now) => known(process) ?? open(process, now),
    known,
    all: () => graves.values(),
    get size() {
      return graves.size;
    },
    stop,
  };
}

/** Milliseconds, by a clock that nobody sets. */
export function ageOf({ agesFrom, agedMs }: Pick<Grave, "agesFrom" | "agedMs">): number {
  return agedMs ?? performance.now() - agesFrom;
}

function exitOf({ data }: RegisterEvent): ExitFacts {
  const { exitCode, signal, coreDumped } = data as unknown as ExitFacts;
  return { exitCode, signal, coreDumped };
}
