import type { Log } from "#base/log.ts";
import { reasonOf } from "#daemon/reload/run.ts";

/** What was thrown by what a watch is made of: told once, counted each time, and forgotten when it goes well again. */
export interface Faults {
  add(doing: string, cause: unknown): string;
  clear(doing: string): void;
  /** What `ask` answers, or `otherwise` where it throws. */
  guard<T>(doing: string, ask: () => T, otherwise: T): T;
  /** The newest that has not been forgotten. */
  sentence(): string | null;
  of(doing: string): string | null;
  count(): number;
}

/** `watch` is its name, which may change. */
export function createFaults(watch: () => string, log: Pick<Log, "error">): Faults {
  const sentences = new Map<string, string>();
  let count = 0;
  const faults: Faults = {
    add(doing, cause) {
      count++;
      const sentence = `Cannot ${doing}: ${reasonOf(cause)}`;
      if (sentences.get(doing) !== sentence) log.error("a watch has a problem", { watch: watch(), problem: sentence });
      sentences.delete(doing);
      sentences.set(doing, sentence);
      return sentence;
    },
    clear: (doing) => void sentences.delete(doing),
    guard(doing, ask, otherwise) {
      try {
        const answer = ask();
        sentences.delete(doing);
        return answer;
      } catch (cause) {
        faults.add(doing, cause);
        return otherwise;
      }
    },
    sentence: () => [...sentences.values()].at(-1) ?? null,
    of: (doing) => sentences.get(doing) ?? null,
    count: () => count,
  };
  return faults;
}
