import { toTimestamp } from "#base/clock.ts";
import { columns, printable } from "#base/columns.ts";
import type { RegisterEvent } from "#process/event.ts";
import { eventText } from "#process/event-text.ts";

export function eventView({ id, time, type, process, data, traceId, cause }: RegisterEvent) {
  return { id, time: toTimestamp(time), type, process, data, traceId, cause };
}

/** Live lines come one at a time, so their columns have fixed widths, which most of what they hold fits in. */
const liveColumns: readonly (readonly [title: string, width: number, value: (event: RegisterEvent) => string])[] = [
  ["TIME", 24, ({ time }) => toTimestamp(time)],
  ["ID", 6, ({ id }) => String(id)],
  ["TYPE", 18, ({ type }) => type],
  ["PROCESS", 22, (event) => processLabel(event) ?? "-"],
  ["CONTAINER", 12, (event) => containerLabel(event) ?? "-"],
  ["WHAT", 0, eventText],
];

export const liveTitles = liveLine(liveColumns.map(([title, width]) => title.padEnd(width)));

export function liveText(event: RegisterEvent): string {
  return liveLine(liveColumns.map(([, width, value]) => printable(value(event)).padEnd(width)));
}

function liveLine(cells: readonly string[]): string {
  return `${cells.join("  ").trimEnd()}\n`;
}

/** The same for events that are all known: each column as wide as it must be. */
export function eventTable(events: readonly RegisterEvent[]): string {
  return columns(events, [
    { title: "TIME", value: ({ time }) => toTimestamp(time) },
    { title: "ID", align: "right", value: ({ id }) => id },
    { title: "TYPE", value: ({ type }) => type },
    { title: "PROCESS", value: processLabel },
    { title: "CONTAINER", value: containerLabel },
    { title: "WHAT", value: eventText },
  ]);
}

function processLabel({ process }: RegisterEvent): string | null {
  return process && `${process.pid} ${process.name}`;
}

function containerLabel({ process }: RegisterEvent): string | null {
  return process?.container?.name ?? process?.container?.id?.slice(0, 12) ?? null;
}
