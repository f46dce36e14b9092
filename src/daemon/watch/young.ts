import type { Process } from "#process/process.ts";

/** When a new process is looked at again: it soon runs another program than its parent's, if at all. */
const looksAfterMs = [40, 200, 1_000];

/** So many forgotten places at the front are worth a move of the rest. */
const compactAt = 64;

/** New processes, by when they are looked at again. */
export interface Young {
  /** When it is to be looked at first. */
  add(process: Process, now: number): number;
  /** Calls `look` for each whose time has come; with `last` there will be no other. */
  due(now: number, look: (process: Process, last: boolean) => void): void;
  /** When the next look is due; infinite: never. */
  nextAt(): number;
}

/** All wait equally long for the same look, so that in a storm of births only the front of its queue is looked at. */
export function createYoung(): Young {
  let born: { readonly process: Process; readonly at: number }[] = [];
  /** Where each look has got to in `born`. */
  const fronts = looksAfterMs.map(() => 0);
  return {
    add(process, now) {
      born.push({ process, at: now });
      return now + Math.min(...looksAfterMs);
    },
    due(now, look) {
      for (const [index, afterMs] of looksAfterMs.entries()) {
        for (let front = fronts[index] as number; ; fronts[index] = ++front) {
          const next = born[front];
          if (!next || now - next.at < afterMs) break;
          look(next.process, index === looksAfterMs.length - 1);
        }
      }
      const done = fronts.at(-1) as number;
      if (done === 0 || (done < compactAt && done < born.length)) return;
      born = born.slice(done);
      for (const [index, front] of fronts.entries()) fronts[index] = front - done;
    },
    nextAt: () =>
      Math.min(
        ...looksAfterMs.map((afterMs, index) => {
          const next = born[fronts[index] as number];
          return next ? next.at + afterMs : Number.POSITIVE_INFINITY;
        }),
      ),
  };
}
