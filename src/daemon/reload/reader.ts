import type { Clock } from "#base/clock.ts";
import { createContentMemory } from "#daemon/content/memory.ts";
import type { ReadContent } from "#daemon/content/read.ts";
import type { Ears } from "#daemon/reload/ears.ts";
import type { Faults } from "#daemon/reload/faults.ts";
import type { ReloaderMeans } from "#daemon/reload/means.ts";

/** A reading that has not come back by then never will: a filesystem whose server has gone. */
const longestMs = 60_000;
const doing = "read the content";

interface Means extends Pick<ReloaderMeans, "readContent"> {
  readonly paths: readonly string[];
  readonly ears: Ears;
  readonly faults: Faults;
  readonly monotonic: Clock;
}

export interface Reader {
  /** Throws what the reading does. */
  read(): Promise<ReadContent>;
  /** As a policy wants it: what comes of it is told to one of the two. */
  start(done: (read: ReadContent) => void, failed: (sentence: string) => void): void;
  /** In a sentence, that one does not come back; null: none is out, or not for long. */
  problem(): string | null;
}

export function createReader({ readContent, paths, ears, faults, monotonic }: Means): Reader {
  const memory = createContentMemory();
  let since: number | null = null;
  // Async: what is thrown at once is a rejection too.
  const ask = async () => readContent(paths, memory);
  const read = () => ears.watch()?.reading(ask) ?? ask();

  async function attempt(): Promise<ReadContent | string> {
    try {
      const found = await read();
      faults.clear(doing);
      return found;
    } catch (cause) {
      return faults.add(doing, cause);
    }
  }

  return {
    read,
    start(done, failed) {
      since = monotonic();
      void attempt().then((found) => {
        since = null;
        if (typeof found === "string") failed(found);
        else done(found);
      });
    },
    problem: () =>
      since !== null && monotonic() - since > longestMs
        ? `its files have not been read to the end for ${Math.round((monotonic() - since) / 1000)} s`
        : null,
  };
}
