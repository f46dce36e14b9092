import type { PodName } from "#process/pod.ts";

/** Who the pods of a node are, by UID. */
export interface PodNames {
  /** What is known by now; asks again, in its own time, for who is not known yet. */
  of(uid: string): PodName | null;
  /** In a sentence, what keeps names from being known; null: nothing. */
  problem(): string | null;
}

/** In a pod there is one, and sexton's own environment may name it. */
export const noPodNames: PodNames = { of: () => null, problem: () => null };

/** Where names come from. Throws where it cannot be asked, with the reason as its message. */
export interface PodSource {
  readonly name: string;
  list(): Iterable<readonly [uid: string, name: PodName]> | Promise<Iterable<readonly [uid: string, name: PodName]>>;
}

/**
 * How long after a list the next may be taken: soon for a pod that nobody has asked for, since it has just been made;
 * later for those that were missed before, which may never be named.
 */
const againMs = { unasked: 1_000, missed: 30_000 };

/** One source after the other, the cheapest first: the next is asked for those alone that the one before does not know. */
export function createPodNames(sources: readonly PodSource[], clock: () => number): PodNames {
  const stages = sources.map((source) => createStage(source, clock));
  return {
    of(uid) {
      for (const stage of stages) {
        const found = stage.of(uid);
        if (found !== null) return found;
      }
      return null;
    },
    problem: () => stages.map(({ problem }) => problem()).find((said) => said !== null) ?? null,
  };
}

function createStage(source: PodSource, clock: () => number) {
  let names: ReadonlyMap<string, PodName> = new Map();
  /** Asked for and not found by the last list. */
  let missed = new Set<string>();
  let listedAt = Number.NEGATIVE_INFINITY;
  let isListing = false;
  let problem: string | null = null;

  function take(list: Iterable<readonly [string, PodName]>): void {
    names = new Map(list);
    problem = null;
  }

  function fail(cause: unknown): void {
    problem = `Cannot name pods by ${source.name}: ${cause instanceof Error ? cause.message : String(cause)}`;
  }

  function list(): void {
    try {
      const answer = source.list();
      if (!(answer instanceof Promise)) {
        take(answer);
        return;
      }
      isListing = true;
      void answer.then(take, fail).finally(() => {
        isListing = false;
      });
    } catch (cause) {
      fail(cause);
    }
  }

  return {
    problem: () => problem,
    of(uid: string): PodName | null {
      const known = names.get(uid);
      if (known) return known;
      const waitMs = missed.has(uid) ? againMs.missed : againMs.unasked;
      if (isListing || clock() - listedAt < waitMs) return null;
      listedAt = clock();
      // Who has gone is not kept either: a list that takes its time is looked into when the next is asked for.
      if (missed.size >= 10_000) missed = new Set();
      missed.add(uid);
      list();
      return names.get(uid) ?? null;
    },
  };
}
