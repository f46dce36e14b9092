import type { Clock } from "#base/clock.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Observer } from "#daemon/observer.ts";
import { eventProcess } from "#daemon/watch/register.ts";
import type { RegisterEvent } from "#process/event.ts";
import { formatId, type ProcessId, parseProcessRef } from "#process/identity.ts";
import { createLineage, type Origin, oldestFirst } from "#process/lineage.ts";
import type { Process } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";
import { findStrays, type Stray, type StrayMark, strayMark } from "#process/stray.ts";
import type { ProcessTable } from "#process/table.ts";

export interface DatedStray extends Stray {
  /** Milliseconds since the epoch: when its root was seen to be one, or was born as one. */
  readonly since: number;
}

/** What is known of who belongs to whom. Lives by what the register tells, and tells `process.stray`. */
export interface Strays {
  /** After the watcher, so that everybody who is there is known. */
  start(): void;
  stop(): void;
  /** The strays of a table by pid, with all that descend from them. */
  of(table: ProcessTable): ReadonlyMap<number, DatedStray>;
  /** Whether it comes from its container's main process or from an exec into it: still known while it is a zombie. */
  originOf(process: ProcessId): Origin;
}

interface Means {
  readonly bus: Bus;
  readonly observer: Observer;
  /** Processes that are neither collected nor gone, as the register keeps them. */
  readonly known: ReadonlyMap<number, Process>;
  readonly clock: Clock;
  /** How long one must have been a stray to be told. */
  readonly minAgeMs: () => number;
}

const checkMs = 1_000;

/** One that may be a stray, until it is told or turns out to be none; then until it is gone. */
interface Suspect {
  readonly startTicks: number;
  since: number;
  /** By a clock that nobody sets. */
  agesFrom: number;
  interactive: boolean;
  told: boolean;
}

export function createStrays({ bus, observer, known, clock, minAgeMs }: Means): Strays {
  const lineage = createLineage(observer.look);
  const suspects = new Map<number, Suspect>();
  /** The ids of the events that told the births of those who live. */
  const births = new Map<number, number>();
  let unlisten: (() => void) | null = null;
  let timer: ReturnType<typeof setInterval> | null = null;

  function hear({ id, time, type, process }: RegisterEvent): void {
    if (type === "process.started") {
      const born = known.get(process?.pid ?? 0);
      if (born && formatId(born) === process?.id) welcome(born, id);
    } else if (type === "process.exited" || type === "process.reaped") {
      const ref = parseProcessRef(process?.id ?? "");
      if (ref?.startTicks == null) return;
      const ended = { pid: ref.pid, startTicks: ref.startTicks };
      const last = known.get(ref.pid);
      if (last) lineage.settle(last);
      for (const orphan of lineage.ended(ended)) suspect(orphan, time);
      if (type === "process.exited") return;
      lineage.remove(ended);
      births.delete(ended.pid);
      suspects.delete(ended.pid);
    }
  }

  function welcome(process: Process, event: number): void {
    births.set(process.pid, event);
    lineage.add(process);
    // One that is born outside of its container may only be moved into it: its first check decides.
    if (process.ppid <= 1 || strayMark(process, lineage)) suspect(process, process.startedAt);
  }

  function suspect({ pid, startTicks }: ProcessId, since: number): void {
    if (suspects.get(pid)?.startTicks === startTicks) return;
    const agesFrom = performance.now() - Math.max(0, clock() - since);
    suspects.set(pid, { startTicks, since, agesFrom, interactive: false, told: false });
    timer ??= setInterval(check, checkMs);
  }

  /** The net under the events: a container that a process was moved into late, an orphan that an audit found. */
  function review(processes: Iterable<Process>, now: number): void {
    for (const process of processes) {
      lineage.settle(process);
      const mark = strayMark(process, lineage);
      if (mark) suspect(process, mark.reason === "exec-session" ? process.startedAt : now);
    }
  }

  function check(): void {
    let waiting = false;
    for (const [pid, held] of suspects) {
      if (held.told) continue;
      const process = observer.look(pid);
      const mark = process?.startTicks === held.startTicks ? markOf(process) : null;
      if (process && mark) {
        age(held, mark);
        held.told = !held.interactive && performance.now() - held.agesFrom >= minAgeMs();
        if (held.told) tell(process, mark, held);
        else waiting = true;
      } else suspects.delete(pid);
    }
    if (!waiting) rest();
  }

  function markOf(process: Process): StrayMark | null {
    lineage.settle(process);
    return strayMark(process, lineage);
  }

  /** A session with a terminal may be in use; when the terminal is gone, so is who used it, and its age counts anew. */
  function age(held: Suspect, { interactive }: StrayMark): void {
    if (held.interactive && !interactive) {
      held.since = clock();
      held.agesFrom = performance.now();
    }
    held.interactive = interactive;
  }

  function tell(process: Process, { reason }: StrayMark, held: Suspect): void {
    const { pid, session, terminal } = process;
    const strays = findStrays(observer.live(), lineage);
    const data = {
      reason,
      origin: lineage.of(process).origin,
      ageSeconds: Math.round(performance.now() - held.agesFrom) / 1000,
      // 0 is a session that began outside of the namespace: nothing that could be looked at.
      session: session === 0 ? null : session,
      sessionLeaderGone: session === 0 ? null : isGone(session),
      tty: terminal,
      descendants:
        strays
          .values()
          .filter(({ root }) => root.pid === pid)
          .toArray().length - 1,
    };
    bus.emit({ type: "process.stray", process: eventProcess(process), data, cause: births.get(pid) ?? null });
  }

  function isGone(pid: number): boolean {
    const process = known.get(pid);
    return !process || hasEnded(process);
  }

  function rest(): void {
    if (timer) clearInterval(timer);
    timer = null;
  }

  return {
    start() {
      const there = oldestFirst(known.values());
      for (const process of there) lineage.add(process);
      unlisten = bus.listen(hear);
      review(there, clock());
      observer.onScan((table) => {
        if (unlisten) review(table.processes, table.observedAt);
      });
    },
    stop() {
      unlisten?.();
      unlisten = null;
      rest();
    },
    of(table) {
      const dated = new Map<number, DatedStray>();
      for (const [pid, stray] of findStrays(table, lineage)) {
        const held = suspects.get(stray.root.pid);
        dated.set(pid, { ...stray, since: held?.since ?? table.observedAt });
      }
      return dated;
    },
    originOf: (process) => lineage.of(process).origin,
  };
}
