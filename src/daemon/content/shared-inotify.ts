import {
  createInotify,
  IN_CLOSE_NOWRITE,
  IN_ISDIR,
  IN_MASK_ADD,
  type Inotify,
  type InotifyEvent,
  type InotifyFailure,
} from "#kernel/inotify.ts";
import { notify } from "#kernel/notifier.ts";

/** Hears what happens at the watches that it asked for, and of every overflow. It must not act, but make a note. */
export type Listener = (event: InotifyEvent) => void;

/** One inotify instance for all watches of the process: a user has 128 of them, over all pods of a node. */
export interface SharedInotify {
  /** The number of the watch, also when somebody else has one there. */
  add(path: string, mask: number, listener: Listener): number | InotifyFailure;
  drop(wd: number, listener: Listener): void;
  /** Hears at once of what has happened. */
  drain(): void;
  /** Call it once for each time that it was shared. */
  leave(): void;
}

interface Shared extends SharedInotify {
  drainBut(ownClose: string): void;
}

let shared: Shared | null = null;
let users = 0;

/** The instance, made for the first who asks and closed by the last who leaves. */
export function shareInotify(): SharedInotify | InotifyFailure {
  if (!shared) {
    const inotify = createInotify();
    if ("kind" in inotify) return inotify;
    shared = share(inotify);
  }
  users++;
  return shared;
}

/**
 * Closes a file such that no listener hears of it. inotify does not say who has closed, and merges equal events that
 * follow each other: so the queue is emptied before and after, and what lies between is ours.
 */
export function closeUnheard(name: string, close: () => void): void {
  if (!shared) {
    close();
    return;
  }
  shared.drain();
  try {
    close();
  } finally {
    shared.drainBut(name);
  }
}

/**
 * A wake-up costs several times what an event does. An app that opens its files all the time is heard ten times a second,
 * who changes some of them at once.
 */
const usualHoldMs = 5;
const crowdHoldMs = 100;
const crowdPerSecond = 10;

function share(inotify: Inotify): Shared {
  const listeners = new Map<number, Set<Listener>>();
  /** Of the last second: each counts less as it ages. */
  let rings = 0;
  let rungAt = 0;

  function tell(event: InotifyEvent): void {
    if (event.wd >= 0) {
      for (const listener of listeners.get(event.wd) ?? []) listener(event);
    } else for (const listener of new Set([...listeners.values()].flatMap((all) => [...all]))) listener(event);
  }

  function drain(): void {
    for (const event of inotify.take()) tell(event);
  }

  const notifier = notify(inotify.fd, () => {
    const now = performance.now();
    rings = rings * Math.exp((rungAt - now) / 1_000) + 1;
    rungAt = now;
    drain();
    return Bun.sleep(rings > crowdPerSecond ? crowdHoldMs : usualHoldMs);
  });

  return {
    add(path, mask, listener) {
      // With the wishes of the others; what a listener did not ask for it is to leave alone.
      const wd = inotify.add(path, mask | IN_MASK_ADD);
      if (typeof wd !== "number") return wd;
      const known = listeners.get(wd);
      if (known) known.add(listener);
      else listeners.set(wd, new Set([listener]));
      return wd;
    },
    drop(wd, listener) {
      const known = listeners.get(wd);
      known?.delete(listener);
      if (known?.size !== 0) return;
      listeners.delete(wd);
      inotify.remove(wd);
    },
    drain,
    drainBut(name) {
      const own = new Set<number>();
      for (const event of inotify.take()) {
        const isOwn = isCloseOf(event, name) && !own.has(event.wd);
        if (isOwn) own.add(event.wd);
        else tell(event);
      }
    },
    leave() {
      users--;
      if (users > 0) return;
      shared = null;
      notifier.stop();
      inotify.close();
    },
  };
}

/** Once in each watch: that of the directory names it, that of the file itself does not. */
function isCloseOf({ mask, name }: InotifyEvent, opened: string): boolean {
  return (mask & IN_CLOSE_NOWRITE) !== 0 && (mask & IN_ISDIR) === 0 && (name === opened || name === "");
}
