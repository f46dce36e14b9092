import type { Bus } from "#daemon/bus.ts";
import type { OomCounters, OomKill } from "#daemon/containers/oom.ts";
import { type Container, containerRef } from "#process/container.ts";
import type { ExitFacts } from "#process/event.ts";
import type { ProcessId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";

/** A node may see many pods come and go. */
const maxNames = 10_000;

type Exit = ExitFacts & Partial<OomKill>;

/** A container's processes, and how its main process ended. */
interface Life {
  container: Container;
  readonly members: Set<number>;
  /** The oldest process that was seen of it. */
  main: ProcessId;
  exit: Exit | null;
  /** The event that told the end of the main process. */
  exitEvent: number | null;
}

export interface ContainerLife {
  /** One that was there before the watching began: no event. */
  adopt(process: Process): void;
  /**
   * Born in its container, or found there later: the runtime's first process is moved into the container's cgroup only
   * after it was born, and may be looked at before.
   */
  join(process: Process, cause: number | null): void;
  /** Without an event: more was learned of an end that was told before. */
  exited(process: Process, exit: Exit, event?: number): void;
  leave(process: Process): void;
}

/** `container.started` with its first process, `container.exited` with its last. */
export function createContainerLife(bus: Bus, oom: OomCounters): ContainerLife {
  const lives = new Map<string, Life>();
  /** Names of containers that have been here: the next one of that name is a restart. */
  const names = new Set<string>();

  /** The container's life, when this process is the first of it. */
  function enter(process: Process): Life | null {
    const { container } = process;
    if (!container) return null;
    const known = lives.get(container.key);
    if (!known) {
      const life = { container, members: new Set([process.pid]), main: process, exit: null, exitEvent: null };
      lives.set(container.key, life);
      return life;
    }
    known.members.add(process.pid);
    if (isOlder(process, known.main)) known.main = process;
    learn(known, container);
    return null;
  }

  /** A young container's name may be readable only later, and then each process that was there has it. */
  function learn(life: Life, container: Container | null): void {
    if (container && (container.name !== null || life.container.name === null)) life.container = container;
  }

  /** Of one pod only: every pod of a node may have a container of that name. */
  const nameOf = ({ pod, name }: Container) => `${pod?.uid ?? ""}/${name}`;

  function remember(container: Container): void {
    if (container.name === null) return;
    if (names.size >= maxNames) names.clear();
    names.add(nameOf(container));
  }

  return {
    adopt(process) {
      enter(process);
      if (process.container) remember(process.container);
    },
    join(process, cause) {
      const life = enter(process);
      if (!life) return;
      const { name } = life.container;
      const restart = name !== null && names.has(nameOf(life.container));
      remember(life.container);
      bus.emit({
        type: "container.started",
        data: { container: containerRef(life.container), mainPid: process.pid, restart },
        cause,
      });
    },
    exited(process, exit, event) {
      const life = lives.get(process.container?.key ?? "");
      if (life?.main.pid !== process.pid || life.main.startTicks !== process.startTicks) return;
      life.exit = exit;
      life.exitEvent = event ?? life.exitEvent;
    },
    leave(process) {
      const life = lives.get(process.container?.key ?? "");
      if (!life?.members.delete(process.pid)) return;
      learn(life, process.container);
      if (life.members.size > 0) return;
      const { key } = life.container;
      lives.delete(key);
      oom.forget(key);
      remember(life.container);
      const data = { container: containerRef(life.container), mainPid: life.main.pid, ...life.exit };
      bus.emit({ type: "container.exited", data, cause: life.exitEvent });
    },
  };
}

function isOlder(a: ProcessId, b: ProcessId): boolean {
  return a.startTicks < b.startTicks || (a.startTicks === b.startTicks && a.pid < b.pid);
}
