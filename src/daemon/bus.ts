import type { Clock } from "#base/clock.ts";
import type { EventDraft, RegisterEvent } from "#process/event.ts";
import type { TraceContext } from "#process/trace-context.ts";

export interface BusLimits {
  readonly events: number;
  /** Of the kept events as JSON. */
  readonly bytes: number;
}

export type Listener = (event: RegisterEvent) => void;

export interface Bus {
  /** Which run of sexton the ids belong to: they count from 1 in each. */
  readonly run: string;
  /**
   * Gives the event its id and time, and its cause's trace when it has none; keeps it, and tells every listener at once.
   * The event's id.
   */
  emit(draft: EventDraft): number;
  /** Kept events with an id above `after`, oldest first; at most `count` of them. */
  since(after: number, count?: number): readonly RegisterEvent[];
  /** Ids of the oldest and newest event kept; both null before the first. */
  range(): { readonly oldestId: number | null; readonly newestId: number | null };
  /** Listeners must be quick and must not throw: they run inside of what the watcher does. Returns the way out. */
  listen(listener: Listener): () => void;
  /** Other limits from now on. */
  limit(limits: BusLimits): void;
}

export const defaultLimits: BusLimits = { events: 10_000, bytes: 8 * 1024 * 1024 };

/** So many forgotten places at the front are worth a move of the rest. */
const compactAt = 1_024;

/** Letters and digits, a letter first: 26 * 36^5 of them, so that two runs in a row have different ones. */
function newRun(): string {
  const [first = 0, ...rest] = crypto.getRandomValues(new Uint32Array(6));
  return (10 + (first % 26)).toString(36) + rest.map((number) => (number % 36).toString(36)).join("");
}

/**
 * The register: the newest events within both limits, and always the newest one. `fault` hears of listeners that throw.
 */
export function createBus(
  clock: Clock,
  initial: BusLimits = defaultLimits,
  fault: (cause: unknown) => void = () => {},
  run: string = newRun(),
): Bus {
  let limits = initial;
  // Ids have no gaps, so an event's place follows from its id. Forgotten ones leave holes at the front until there are
  // more holes than events, which makes forgetting O(1) on average.
  let kept: RegisterEvent[] = [];
  let sizes: number[] = [];
  let holes = 0;
  let bytes = 0;
  let lastId = 0;
  const listeners = new Set<Listener>();
  /** Emitted by a listener: told when all have heard of the one before, so that each hears them in order. */
  const untold: RegisterEvent[] = [];
  let telling = false;

  function forget(): void {
    while (kept.length - holes > 1 && (kept.length - holes > limits.events || bytes > limits.bytes)) {
      bytes -= sizes[holes] as number;
      (kept as (RegisterEvent | undefined)[])[holes++] = undefined;
    }
    if (holes < compactAt || holes < kept.length / 2) return;
    kept = kept.slice(holes);
    sizes = sizes.slice(holes);
    holes = 0;
  }

  /** Null also when it is no longer kept. */
  function traceOf(id: number): TraceContext | null {
    return kept[kept.length - 1 - (lastId - id)]?.trace ?? null;
  }

  function tell(event: RegisterEvent): void {
    untold.push(event);
    if (telling) return;
    telling = true;
    for (let next = untold.shift(); next; next = untold.shift()) {
      for (const listener of [...listeners]) {
        try {
          listener(next);
        } catch (cause) {
          fault(cause);
        }
      }
    }
    telling = false;
  }

  return {
    run,
    emit({ type, process = null, data = {}, trace = null, cause = null }) {
      const inherited = trace ?? (cause === null ? null : traceOf(cause));
      const event: RegisterEvent = { id: ++lastId, time: clock(), type, process, data, trace: inherited, cause };
      const size = JSON.stringify(event).length;
      kept.push(event);
      sizes.push(size);
      bytes += size;
      forget();
      if (listeners.size > 0) tell(event);
      return event.id;
    },
    since(after, count = Number.POSITIVE_INFINITY) {
      const oldestId = lastId - (kept.length - holes) + 1;
      const from = holes + Math.max(0, after + 1 - oldestId);
      return kept.slice(from, from + count);
    },
    range() {
      const count = kept.length - holes;
      return count === 0 ? { oldestId: null, newestId: null } : { oldestId: lastId - count + 1, newestId: lastId };
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    limit(next) {
      limits = next;
      forget();
    },
  };
}
