import type { Bus } from "#daemon/bus.ts";
import type { OomCounters } from "#daemon/oom.ts";
import type { Container } from "#process/container.ts";
import type { ExitFacts } from "#process/event.ts";
import type { Process } from "#process/process.ts";

/** A container's processes, and how its main process ended. */
interface Life {
  container: Container;
  readonly members: Set<number>;
  /** The first process that was seen of it. */
  readonly mainPid: number;
  exit: ExitFacts | null;
}

/** `container.started` with its first process, `container.exited` with its last. */
export function createContainerLife(bus: Bus, oom: OomCounters) {
  const lives = new Map<string, Life>();
  /** Names of containers that have been here: the next one of that name is a restart. */
  const names = new Set<string>();

  function join(process: Process): boolean {
    const { container } = process;
    if (!container) return false;
    const known = lives.get(container.key);
    if (known) {
      known.members.add(process.pid);
      // A young container's name may be readable only later.
      known.container = container;
      return false;
    }
    lives.set(container.key, { container, members: new Set([process.pid]), mainPid: process.pid, exit: null });
    return true;
  }

  return {
    adopt(process: Process): void {
      join(process);
      if (process.container?.name) names.add(process.container.name);
    },
    born(process: Process, cause: number | null): void {
      if (!join(process) || !process.container) return;
      const { id, name } = process.container;
      const restart = name !== null && names.has(name);
      if (name !== null) names.add(name);
      bus.emit({ type: "container.started", data: { container: { id, name }, mainPid: process.pid, restart }, cause });
    },
    exited(process: Process, facts: ExitFacts): void {
      const life = lives.get(process.container?.key ?? "");
      if (life?.mainPid === process.pid) life.exit = facts;
    },
    collected(process: Process): void {
      const life = lives.get(process.container?.key ?? "");
      if (!life?.members.delete(process.pid) || life.members.size > 0) return;
      const { id, name, key } = life.container;
      lives.delete(key);
      oom.forget(key);
      if (name !== null) names.add(name);
      bus.emit({ type: "container.exited", data: { container: { id, name }, mainPid: life.mainPid, ...life.exit } });
    },
  };
}
