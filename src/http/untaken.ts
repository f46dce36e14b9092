import type { Role } from "#http/endpoint.ts";

/** What readers of one role have asked for and not taken may be so much in all. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Answers that are in memory because nobody has taken them yet. A request is over for its limit as soon as there is an answer;
 * without this, clients that ask and never read could fill the memory.
 */
export interface Untaken {
  /** Null: there is no room. Else the way to say, once or more often, that it has been taken or is given up. */
  hold(bytes: number): (() => void) | null;
}

/** Each role has a share of its own, in which there is always room for one. */
export function createUntaken(): Readonly<Record<Role, Untaken>> {
  return { probe: createShare(), read: createShare(), operate: createShare() };
}

function createShare(): Untaken {
  let held = 0;
  return {
    hold(bytes) {
      if (held > 0 && held + bytes > mostBytes) return null;
      held += bytes;
      let isHeld = true;
      return () => {
        if (isHeld) held -= bytes;
        isHeld = false;
      };
    },
  };
}
