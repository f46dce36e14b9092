import { eventView, liveText, liveTitles } from "#http/views/event.ts";
import type { RegisterEvent } from "#process/event.ts";

/** How events are written on an open stream. */
export interface LiveFormat {
  readonly contentType: string;
  /** Sent at once: only then does the client get the headers (Bun 1.4.5 holds them back until there is a body). */
  readonly opening: string;
  readonly event: (event: RegisterEvent) => string;
  /** Shows that the connection is alive when nothing happens; null where there is no line that says nothing. */
  readonly heartbeat: string | null;
  /** The last words to a reader that is dropped. */
  readonly dropped: (reason: string) => string;
}

export const liveFormats = {
  /** https://html.spec.whatwg.org/multipage/server-sent-events.html; neither JSON nor a type has a line break in it. */
  sse: {
    contentType: "text/event-stream",
    opening: "retry: 1000\n\n",
    event: (event) => `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(eventView(event))}\n\n`,
    heartbeat: ": heartbeat\n\n",
    dropped: (reason) => `: dropped: ${reason}\n\n`,
  },
  ndjson: {
    contentType: "application/x-ndjson",
    opening: "\n",
    event: (event) => `${JSON.stringify(eventView(event))}\n`,
    heartbeat: "\n",
    dropped: (reason) => `${JSON.stringify({ error: `dropped: ${reason}` })}\n`,
  },
  text: {
    contentType: "text/plain; charset=utf-8",
    opening: liveTitles,
    event: liveText,
    heartbeat: null,
    dropped: (reason) => `dropped: ${reason}\n`,
  },
} as const satisfies Record<string, LiveFormat>;

export type LiveFormatName = keyof typeof liveFormats;

const encoder = new TextEncoder();

/** The newest lines are written once for all streams of a format, which mostly want the same ones. */
const rememberedLines = 512;

export function createLines() {
  const lines: Record<LiveFormatName, { id: number; bytes: Uint8Array }[]> = { sse: [], ndjson: [], text: [] };
  return {
    of(name: LiveFormatName, event: RegisterEvent): Uint8Array {
      // A gap is one stream's own, and has the id of an event that others may still get.
      if (event.type === "events.lost") return encoder.encode(liveFormats[name].event(event));
      const place = event.id % rememberedLines;
      const known = lines[name][place];
      if (known?.id === event.id) return known.bytes;
      const bytes = encoder.encode(liveFormats[name].event(event));
      lines[name][place] = { id: event.id, bytes };
      return bytes;
    },
    forget() {
      for (const name of Object.keys(lines) as LiveFormatName[]) lines[name] = [];
    },
  };
}
