import type { Clock } from "#base/clock.ts";
import type { Bus } from "#daemon/bus.ts";
import { gapAfter } from "#http/events/gap.ts";
import { sliceBytes } from "#http/slices.ts";
import { eventView } from "#http/views/event.ts";
import type { EventType, RegisterEvent } from "#process/event.ts";

export interface ListingRequest {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Null: all. */
  readonly types: ReadonlySet<EventType> | null;
  /** What the reader has missed already. */
  readonly gap: RegisterEvent | null;
  /** The ids of the first and the last event that are wanted; null: none is. */
  readonly between: readonly [first: number, last: number] | null;
}

const batchEvents = 256;
const encoder = new TextEncoder();

/**
 * The listing as one JSON document, in parts that are made as they are taken: none of the events is held for a reader. What
 * the register has let go of by the time when a slow reader gets there is told as a gap, in its place among the events.
 */
export function* listing(request: ListingRequest): Generator<Uint8Array<ArrayBuffer>, undefined> {
  const { run, range } = request.bus;
  // As it is when the reader asks.
  const rest = JSON.stringify({ run, ...range() }).slice(1);
  let part = '{"events":[';
  let separator = "";
  for (const event of events(request)) {
    part += separator + JSON.stringify(eventView(event));
    separator = ",";
    if (part.length < sliceBytes) continue;
    yield encoder.encode(part);
    part = "";
  }
  yield encoder.encode(`${part}],${rest}\n`);
  return undefined;
}

function* events({ bus, clock, types, gap: before, between }: ListingRequest): Generator<RegisterEvent> {
  if (before) yield before;
  if (!between) return;
  const [first, last] = between;
  for (let id = first - 1; id < last; ) {
    const gap = gapAfter({ run: bus.run, id }, bus, clock());
    if (gap) yield gap;
    const batch = bus.since(gap?.id ?? id, batchEvents).filter((event) => event.id <= last);
    for (const event of batch) if (types === null || types.has(event.type)) yield event;
    id = batch.at(-1)?.id ?? last;
  }
}
