import { eventView } from "#http/views/event.ts";
import type { RegisterEvent } from "#process/event.ts";
import { liveText, liveTitles } from "#process/event-line.ts";
import { type EventPosition, formatPosition } from "#process/event-position.ts";

/** How events are written on an open stream. */
export interface LiveFormat {
  readonly contentType: string;
  /**
   * Sent at once: only then does the client get the headers (Bun 1.4.5 holds them back until there is a body). `from` is
   * where the stream begins, when that is not what the client has asked for.
   */
  readonly opening: (from: EventPosition | null) => string;
  readonly event: (event: RegisterEvent, run: string) => string;
  /** Shows that the connection is alive when nothing happens; null where there is no line that says nothing. */
  readonly heartbeat: ((at: EventPosition) => string) | null;
  /** The last words to a reader that is dropped. */
  readonly dropped: (reason: string) => string;
}

export const liveFormats = {
  /**
   * https://html.spec.whatwg.org/multipage/server-sent-events.html; neither JSON nor a type has a line break in it. An id
   * without data is no event, and yet what the client resumes after: so it can before the first event of its types.
   */
  sse: {
    contentType: "text/event-stream",
    opening: (from) => `retry: 1000\n${from ? `id: ${formatPosition(from)}\n` : ""}\n`,
    event: (event, run) =>
      `id: ${run}.${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(eventView(event))}\n\n`,
    heartbeat: (at) => `id: ${formatPosition(at)}\n: heartbeat\n\n`,
    dropped: (reason) => `: dropped: ${reason}\n\n`,
  },
  ndjson: {
    contentType: "application/x-ndjson",
    opening: () => "\n",
    event: (event) => `${JSON.stringify(eventView(event))}\n`,
    heartbeat: () => "\n",
    dropped: (reason) => `${JSON.stringify({ error: `dropped: ${reason}` })}\n`,
  },
  text: {
    contentType: "text/plain; charset=utf-8",
    opening: () => liveTitles,
    event: liveText,
    heartbeat: null,
    dropped: (reason) => `dropped: ${reason}\n`,
  },
} as const satisfies Record<string, LiveFormat>;

export type LiveFormatName = keyof typeof liveFormats;

const encoder = new TextEncoder();

/** The newest lines are written once for all streams of a format, which mostly want the same ones. */
const rememberedLines = 512;

export function createLines(run: string) {
  const lines: Record<LiveFormatName, { id: number; bytes: Uint8Array }[]> = { sse: [], ndjson: [], text: [] };
  return {
    of(name: LiveFormatName, event: RegisterEvent): Uint8Array {
      // A gap is one stream's own, and has the id of an event that others may still get.
      if (event.type === "events.lost") return encoder.encode(liveFormats[name].event(event, run));
      const place = event.id % rememberedLines;
      const known = lines[name][place];
      if (known?.id === event.id) return known.bytes;
      const bytes = encoder.encode(liveFormats[name].event(event, run));
      lines[name][place] = { id: event.id, bytes };
      return bytes;
    },
    forget() {
      for (const name of Object.keys(lines) as LiveFormatName[]) lines[name] = [];
    },
  };
}
