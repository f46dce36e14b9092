import type { EventProcess, RegisterEvent } from "#process/event.ts";
import { formatId, type ProcessId } from "#process/identity.ts";
import { exeName, type Process } from "#process/process.ts";
import { shownArgs } from "#process/shown.ts";
import { isTitle } from "#process/title.ts";

/** What telemetry says of a process beside what its events do. */
export interface Identity {
  /** Milliseconds since the epoch; null: nobody knows any more. */
  readonly startedAt: number | null;
  /** The base name of the executable; where that is hidden the process's name, which mostly is the same. */
  readonly executable: string;
  /** argv[0], or the part of it that is a name. */
  readonly command: string | null;
  readonly parent: ProcessId | null;
}

export interface Identities {
  of(process: EventProcess): Identity;
  /** To be called with each event, after it was told: remembers who has ended until it is collected. */
  settle(event: RegisterEvent): void;
}

/** Who processes are, by what the register knows of them. */
export function createIdentities(known: ReadonlyMap<number, Process>): Identities {
  /** By id: the register forgets a process before it tells the collection. */
  const ended = new Map<string, Identity>();

  function of(process: EventProcess): Identity {
    const now = known.get(process.pid);
    if (now && formatId(now) === process.id) return identityOf(now, known);
    return ended.get(process.id) ?? { startedAt: null, executable: process.name, command: null, parent: null };
  }

  return {
    of,
    settle({ type, process }) {
      if (process && type === "process.exited") ended.set(process.id, of(process));
      else if (process && type === "process.reaped") ended.delete(process.id);
    },
  };
}

function identityOf(process: Process, known: ReadonlyMap<number, Process>): Identity {
  const parent = known.get(process.ppid);
  return {
    startedAt: process.startedAt,
    executable: exeName(process.facts) ?? process.name,
    command: commandOf(process),
    parent: parent ? { pid: parent.pid, startTicks: parent.startTicks } : null,
  };
}

const longestCommand = 256;

/** A title that a program has written over its arguments may go on with them: `nginx: master process nginx -g …`. */
function commandOf(process: Process): string | null {
  const first = shownArgs(process.facts)?.[0] ?? "";
  const name = isTitle(process) ? first.replace(/[:\s].*$/s, "") : first;
  return name.slice(0, longestCommand) || null;
}
