import { useEffect } from "preact/hooks";
import type { Api } from "#ui/api/api.ts";
import type { Problem } from "#ui/api/problem.ts";
import type { Session } from "#ui/api/session.ts";
import { nextAfter, nextTry } from "#ui/model/pace.ts";
import { createValue, useValue, type Value } from "#ui/value.ts";

export interface Fed<T> {
  /** The last that came; null: nothing yet. */
  readonly value: T | null;
  /** Why nothing newer came; null: it did. */
  readonly problem: Problem | null;
}

/** An answer that is asked for again and again while somebody looks at it. */
export interface Feed<T> {
  readonly state: Value<Fed<T>>;
  /** Somebody wants it this often; returns what ends that. */
  want(everyMs: number): () => void;
  /** Asks now, as after something was done. */
  refresh(): void;
}

export interface FeedSurroundings {
  readonly api: Api;
  readonly session: Session;
  readonly page: Document;
  readonly calm: () => Promise<void>;
}

/** Asks only while it is wanted, the page can be seen and the caller may. */
export function createFeed<T>(path: string, { api, session, page, calm }: FeedSurroundings): Feed<T> {
  const state = createValue<Fed<T>>({ value: null, problem: null });
  const wishes = new Set<{ readonly everyMs: number }>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let costMs = 0;

  const everyMs = () => Math.min(...[...wishes].map((wish) => wish.everyMs));
  const plan = (ms: number) => {
    clearTimeout(timer);
    if (wishes.size === 0 || page.hidden || session.locked.get() !== null) return;
    timer = setTimeout(ask, ms);
  };
  const ask = async () => {
    if (asking) return;
    asking = true;
    let began = 0;
    const result = await api.get<T>(path, {
      calm: async () => {
        await calm();
        began = performance.now();
      },
    });
    asking = false;
    if (result.ok) {
      state.set({ value: result.value, problem: null });
      costMs = performance.now() - began;
      plan(nextAfter(everyMs(), costMs));
      return;
    }
    if (result.problem) state.set({ value: state.get().value, problem: result.problem });
    plan(nextTry(api.lost.get()?.failures ?? 3, Math.random()));
  };

  page.addEventListener("visibilitychange", () => plan(0));
  session.locked.listen(() => plan(0));
  session.token.listen(() => {
    state.set({ value: null, problem: null });
    plan(0);
  });
  // One that answers again is asked by everyone at once.
  let wasLost = false;
  api.lost.listen(() => {
    const isLost = api.lost.get() !== null;
    if (wasLost && !isLost && !asking) plan(0);
    wasLost = isLost;
  });
  return {
    state,
    want(ms) {
      const wish = { everyMs: ms };
      const soonest = wishes.size === 0 || ms < everyMs();
      wishes.add(wish);
      if (soonest) plan(0);
      return () => {
        wishes.delete(wish);
        if (wishes.size === 0) clearTimeout(timer);
      };
    },
    refresh: () => plan(0),
  };
}

/** What the feed has, asked for this often as long as the component is there. */
export function useFeed<T>(feed: Feed<T>, everyMs: number): Fed<T> {
  useEffect(() => feed.want(everyMs), [feed, everyMs]);
  return useValue(feed.state);
}
