import { toTimestamp } from "#base/clock.ts";
import { printable } from "#base/columns.ts";
import { containerLabel } from "#process/container.ts";
import type { RegisterEvent } from "#process/event.ts";
import { eventText } from "#process/event-text.ts";

/** Live lines come one at a time, so their columns have fixed widths, which most of what they hold fits in. */
const liveColumns: readonly (readonly [title: string, width: number, value: (event: RegisterEvent) => string])[] = [
  ["TIME", 24, ({ time }) => toTimestamp(time)],
  ["ID", 6, ({ id }) => String(id)],
  ["TYPE", 18, ({ type }) => type],
  ["PROCESS", 22, (event) => processLabel(event) ?? "-"],
  ["CONTAINER", 12, (event) => containerOf(event) ?? "-"],
  ["WHAT", 0, eventText],
];

export const liveTitles = liveLine(liveColumns.map(([title, width]) => title.padEnd(width)));

export function liveText(event: RegisterEvent): string {
  return liveLine(liveColumns.map(([, width, value]) => printable(value(event)).padEnd(width)));
}

function liveLine(cells: readonly string[]): string {
  return `${cells.join("  ").trimEnd()}\n`;
}

export function processLabel({ process }: RegisterEvent): string | null {
  return process && `${process.pid} ${process.name}`;
}

export function containerOf({ process }: RegisterEvent): string | null {
  return containerLabel(process?.container);
}
