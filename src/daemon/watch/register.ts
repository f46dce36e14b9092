import type { Clock } from "#base/clock.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Causes } from "#daemon/causes.ts";
import { createContainerLife } from "#daemon/containers/life.ts";
import { endOf, type OomCounters, type OomKill } from "#daemon/containers/oom.ts";
import { containerRef } from "#process/container.ts";
import { decodeWaitStatus, type EventProcess } from "#process/event.ts";
import { formatId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";
import { shownArgs, shownLine } from "#process/shown.ts";
import { hasEnded } from "#process/state.ts";

/** How a process ended: its wait status, null while or where the kernel does not tell. */
type WaitStatus = number | null;

/** What the watcher knows of a process from its birth to its collection. */
interface Life {
  process: Process;
  peakRssBytes: number;
  exited: boolean;
  exitedAt: number | null;
  /** The event that told its end. */
  exitEvent: number | null;
  status: WaitStatus;
  oomKill: OomKill | null;
}

/** Turns what the watcher sees into events. Each method may be called twice for the same thing, and tells it once. */
export interface Register {
  /** Processes that are neither collected nor gone, by pid. */
  readonly processes: ReadonlyMap<number, Process>;
  /** One that was there before the watching began: no event. */
  adopt(process: Process): void;
  born(process: Process): void;
  /** The same process, looked at again: `process.execed` when it runs another program. */
  seen(process: Process, execed: boolean): void;
  /** It has ended; how, and its event, are to follow. */
  ending(process: Process): void;
  exited(process: Process, status: WaitStatus): void;
  /** Collected by its parent, or found to be gone. */
  collected(process: Process, status: WaitStatus): void;
}

interface Means {
  readonly bus: Bus;
  readonly causes: Causes;
  readonly oom: OomCounters;
  readonly clock: Clock;
  /** Hears of each process that is no longer there. */
  readonly gone: (process: Process) => void;
}

/** Signals explain what happens to a process, to its children and theirs; further down it would be a guess. */
const causeDepth = 3;

export function createRegister({ bus, causes, oom, clock, gone }: Means): Register {
  const processes = new Map<number, Process>();
  const lives = new Map<number, Life>();
  const containers = createContainerLife(bus, oom);

  function adopt(process: Process, ended = false): Life {
    const life: Life = {
      process,
      peakRssBytes: process.rssBytes,
      exited: ended,
      exitedAt: null,
      exitEvent: null,
      status: null,
      oomKill: null,
    };
    processes.set(process.pid, process);
    lives.set(process.pid, life);
    if (!ended) oom.look(process);
    return life;
  }

  function lifeOf(process: Process): Life | null {
    const life = lives.get(process.pid);
    return life && life.process.startTicks === process.startTicks ? life : null;
  }

  /** The process, then its parent and so on, as far as they are known. */
  function lineage(process: Process): Process[] {
    const line = [process];
    for (let at = process; line.length <= causeDepth; ) {
      const parent = processes.get(at.ppid);
      if (!parent || parent.pid === at.pid) break;
      line.push(parent);
      at = parent;
    }
    return line;
  }

  /** Nobody else of its container is alive. */
  function isLast({ pid, container }: Process): boolean {
    return !processes.values().some((other) => {
      return other.pid !== pid && other.container?.key === container?.key && lives.get(other.pid)?.exited === false;
    });
  }

  const causeOf = (process: Process) => causes.of(lineage(process), clock());

  function exited(life: Life, status: WaitStatus): void {
    if (life.exited) return;
    life.exited = true;
    life.exitedAt = clock();
    life.status = status;
    const { process } = life;
    const facts = decodeWaitStatus(status);
    const cause = causeOf(process);
    life.oomKill = oom.ended(process, endOf(facts), () => isLast(process));
    const runSeconds = Math.max(0, Math.round(life.exitedAt - process.startedAt) / 1000);
    const data = {
      ...facts,
      runSeconds,
      peakRssBytes: life.peakRssBytes || null,
      ...life.oomKill,
    };
    const id = bus.emit({ type: "process.exited", process: eventProcess(process), data, cause });
    life.exitEvent = id;
    containers.exited(process, { ...facts, ...life.oomKill }, id);
  }

  return {
    processes,
    adopt(process) {
      // A zombie of before has ended unseen; only its collection is still to be told.
      adopt(process, hasEnded(process));
      containers.adopt(process);
    },
    born(process) {
      if (lifeOf(process)) return;
      const before = lives.get(process.pid);
      if (before) collected(before.process, null);
      const cause = causeOf(process);
      adopt(process);
      containers.join(process, cause);
      bus.emit({ type: "process.started", process: eventProcess(process), data: {}, cause });
    },
    seen(process, execed) {
      const life = lifeOf(process);
      if (!life || life.exited) return;
      const before = life.process;
      life.process = process;
      life.peakRssBytes = Math.max(life.peakRssBytes, process.rssBytes);
      processes.set(process.pid, process);
      if (before.container?.key !== process.container?.key) {
        containers.leave(before);
        containers.join(process, null);
      }
      oom.look(process);
      if (!execed) return;
      const program = ({ name, facts }: Process) => ({ name, exe: facts.exe, command: shownArgs(facts)?.[0] ?? null });
      const data = { before: program(before), after: program(process) };
      bus.emit({ type: "process.execed", process: eventProcess(process), data, cause: causeOf(process) });
    },
    ending: oom.ending,
    exited(process, status) {
      const life = lifeOf(process);
      if (life) exited(life, status);
    },
    collected,
  };

  function collected(process: Process, status: WaitStatus): void {
    const life = lifeOf(process);
    if (!life) return;
    exited(life, status);
    lives.delete(process.pid);
    processes.delete(process.pid);
    gone(process);
    // Whichever of the two told it: the zombie's stat before, or the pidfd now.
    const facts = decodeWaitStatus(status ?? life.status);
    const isNews = life.status === null && status !== null;
    const oomKill =
      isNews && facts.signal === "SIGKILL" ? (life.oomKill ?? oom.ended(process, "killed", () => false)) : null;
    if (isNews) containers.exited(life.process, { ...facts, ...oomKill });
    const zombieSeconds = life.exitedAt === null ? null : Math.max(0, Math.round(clock() - life.exitedAt) / 1000);
    const data = { ...facts, ...oomKill, zombieSeconds };
    bus.emit({ type: "process.reaped", process: eventProcess(life.process), data, cause: life.exitEvent });
    containers.leave(life.process);
  }
}

/** How much of a command line an event keeps. */
const commandLineLength = 1_024;

export function eventProcess(process: Process): EventProcess {
  const { pid, ppid, name, facts, container } = process;
  return {
    pid,
    id: formatId(process),
    ppid,
    name,
    commandLine: shortened(shownLine(facts)),
    container: containerRef(container),
  };
}

/** A copy: a slice of a string keeps the whole of it in memory, and a class path is thirty times as long. */
function shortened(line: string | null): string | null {
  return line === null || line.length <= commandLineLength
    ? line
    : Buffer.from(line.slice(0, commandLineLength)).toString();
}
