import type { ApiEvent, EventList } from "#ui/api/answers.ts";
import type { Api } from "#ui/api/api.ts";
import { follow } from "#ui/api/follow.ts";
import type { Problem } from "#ui/api/problem.ts";
import type { Session } from "#ui/api/session.ts";
import { addEvents, noLines, type RegisterLines } from "#ui/model/register.ts";
import { createValue, type Value } from "#ui/value.ts";

export type StreamState = "connecting" | "live" | "lost" | "paused" | Problem;

/** The register as far as the page has it; it stays when the panel is left, and goes on where it was. */
export interface RegisterStore {
  readonly lines: Value<RegisterLines>;
  readonly state: Value<StreamState>;
  /** Follows while somebody looks; returns what ends that. `types`: null is all. */
  open(types: string | null): () => void;
  clear(): void;
}

/** How many of the past are shown when the page comes. */
const firstEvents = 500;
/** Many events at once are drawn once. */
const drawMs = 100;

export function createRegisterStore(api: Api, session: Session): RegisterStore {
  const lines = createValue<RegisterLines>(noLines);
  const state = createValue<StreamState>("connecting");
  let lastId: string | null = null;
  let lastTypes: string | null = null;
  let waiting: ApiEvent[] = [];
  let drawing: ReturnType<typeof setTimeout> | undefined;

  const draw = () => {
    drawing = undefined;
    lines.set(addEvents(lines.get(), waiting));
    waiting = [];
  };
  const add = (events: readonly ApiEvent[]) => {
    if (events.length === 0) return;
    waiting.push(...events);
    drawing ??= setTimeout(draw, drawMs);
  };
  const forget = () => {
    clearTimeout(drawing);
    drawing = undefined;
    waiting = [];
    lastId = null;
    lines.set(noLines);
  };

  const run = async (types: string | null, enough: AbortSignal) => {
    const query = types === null ? "" : `types=${encodeURIComponent(types)}`;
    if (lastId === null) {
      const past = await api.get<EventList>(`/events?limit=${firstEvents}&${query}`, { signal: enough });
      if (enough.aborted) return;
      if (past.ok) {
        lastId = `${past.value.run}.${past.value.newestId ?? 0}`;
        add(past.value.events);
      }
    }
    await follow(api, {
      query: query === "" ? "" : `?${query}`,
      enough,
      lastId: () => lastId,
      onEvents(events, id) {
        lastId = id ?? lastId;
        add(events);
      },
      onState: (next) => {
        if (!enough.aborted) state.set(next);
      },
    });
  };

  return {
    lines,
    state,
    clear: () => lines.set(noLines),
    open(types) {
      if (types !== lastTypes) forget();
      lastTypes = types;
      let current: AbortController | null = null;
      const turn = () => {
        const on = !document.hidden && session.locked.get() === null;
        if (on && !current) {
          current = new AbortController();
          state.set("connecting");
          void run(types, current.signal);
        } else if (!on && current) {
          current.abort();
          current = null;
          state.set("paused");
        }
      };
      const startAnew = () => {
        current?.abort();
        current = null;
        forget();
        turn();
      };
      document.addEventListener("visibilitychange", turn);
      const ends = [session.locked.listen(turn), session.token.listen(startAnew)];
      turn();
      return () => {
        document.removeEventListener("visibilitychange", turn);
        for (const end of ends) end();
        current?.abort();
        current = null;
        state.set("paused");
      };
    },
  };
}
