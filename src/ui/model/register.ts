import type { RegisterEvent } from "#process/event.ts";
import { eventText } from "#process/event-text.ts";
import type { ApiEvent } from "#ui/api/answers.ts";
import { text } from "#ui/model/format.ts";

/** One event as it is shown. */
export interface RegisterLine {
  /** Unlike the event's id, never twice, though sexton counts anew in each run. */
  readonly key: string;
  readonly event: ApiEvent;
  readonly what: string;
}

/** So many are kept; whoever wants older ones asks the API. */
export const mostLines = 2_000;

export interface RegisterLines {
  /** The newest first. */
  readonly lines: readonly RegisterLine[];
  /** How many were dropped from the page since it began. */
  readonly dropped: number;
  /** How many events.lost were told. */
  readonly gaps: number;
}

export const noLines: RegisterLines = { lines: [], dropped: 0, gaps: 0 };

let lineCount = 0;

export function addEvents(before: RegisterLines, events: readonly ApiEvent[]): RegisterLines {
  const added = events.map((event): RegisterLine => {
    lineCount++;
    return { key: `event-${lineCount}`, event, what: whatOf(event) };
  });
  const all = [...added.reverse(), ...before.lines];
  return {
    lines: all.slice(0, mostLines),
    dropped: before.dropped + Math.max(0, all.length - mostLines),
    gaps: before.gaps + events.filter(({ type }) => type === "events.lost").length,
  };
}

/** The sentence that the command line has for it too. */
function whatOf(event: ApiEvent): string {
  const { id, type, process, data, cause } = event;
  const known: RegisterEvent = { id, type, process, data, cause, time: Date.parse(event.time), trace: null };
  return text(eventText(known));
}

/** The families of types, as `types=zombie.*` names them. */
export const families = [
  "process",
  "zombie",
  "signal",
  "reload",
  "config",
  "container",
  "pids",
  "agent",
  "hook",
  "request",
] as const;
export type Family = (typeof families)[number];

/** What to ask for; null: everything. A gap is told whatever is asked for. */
export function typesOf(chosen: ReadonlySet<Family>): string | null {
  return chosen.size === 0 || chosen.size === families.length
    ? null
    : families
        .filter((family) => chosen.has(family))
        .map((family) => `${family}.*`)
        .join(",");
}

export function filterLines(lines: readonly RegisterLine[], filter: string): readonly RegisterLine[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return lines;
  return lines.filter(({ event, what }) => {
    const { type, process } = event;
    const container = process?.container?.name ?? process?.container?.id ?? "";
    const haystack = `${type}\n${process?.pid ?? ""}\n${process?.name ?? ""}\n${container}\n${what}`.toLowerCase();
    return type === "events.lost" || words.every((word) => haystack.includes(word));
  });
}
