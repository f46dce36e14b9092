import { toTimestamp } from "#base/clock.ts";
import { columns } from "#base/columns.ts";
import type { RegisterEvent } from "#process/event.ts";
import { containerOf, processLabel } from "#process/event-line.ts";
import { eventText } from "#process/event-text.ts";

export function eventView({ id, time, type, process, data, trace, cause }: RegisterEvent) {
  return { id, time: toTimestamp(time), type, process, data, traceId: trace?.traceId ?? null, cause };
}

/** The lines of a stream for events that are all known: each column as wide as it must be. */
export function eventTable(events: readonly RegisterEvent[]): string {
  return columns(events, [
    { title: "TIME", value: ({ time }) => toTimestamp(time) },
    { title: "ID", align: "right", value: ({ id }) => id },
    { title: "TYPE", value: ({ type }) => type },
    { title: "PROCESS", value: processLabel },
    { title: "CONTAINER", value: containerOf },
    { title: "WHAT", value: eventText },
  ]);
}
