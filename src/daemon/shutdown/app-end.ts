import type { Bus } from "#daemon/bus.ts";
import type { Apps } from "#daemon/shutdown/apps.ts";
import type { EventType } from "#process/event.ts";

const births: readonly EventType[] = ["process.started", "process.execed", "container.started"];
const ends: readonly EventType[] = ["process.exited", "process.reaped", "container.exited"];
/** Some processes end together, and what has been told of them is to be out first. */
const settleMs = 200;

interface Means {
  readonly bus: Pick<Bus, "listen">;
  readonly apps: Apps;
  /** Whether anybody wants to know now. */
  readonly isWanted: () => boolean;
  readonly onEnd: () => void;
}

/** Tells when all apps have ended that there were; one that comes and goes between two looks is told by the register. */
export function followApps({ bus, apps, isWanted, onEnd }: Means): { stop(): void } {
  let wereThere = apps.known().length > 0;
  let timer: ReturnType<typeof setTimeout> | null = null;

  function look(): void {
    timer = null;
    if (isWanted() && apps.left().length === 0) onEnd();
  }

  const leave = bus.listen(({ type }) => {
    if (!isWanted()) return;
    if (!wereThere && births.includes(type)) wereThere = apps.known().length > 0;
    if (wereThere && timer === null && ends.includes(type)) timer = setTimeout(look, settleMs);
  });
  return {
    stop() {
      leave();
      if (timer) clearTimeout(timer);
    },
  };
}
