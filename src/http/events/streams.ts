import type { Clock } from "#base/clock.ts";
import type { Log } from "#base/log.ts";
import type { Bus } from "#daemon/bus.ts";
import { createLines, type LiveFormatName, liveFormats } from "#http/events/format.ts";
import { gapAfter } from "#http/events/gap.ts";
import type { EventType, RegisterEvent } from "#process/event.ts";
import type { EventPosition } from "#process/event-position.ts";

export interface StreamRequest {
  readonly format: LiveFormatName;
  /** Null: all. A gap is told to everyone. */
  readonly types: ReadonlySet<EventType> | null;
  /** The last event that the reader has; null: it wants what happens from now on. */
  readonly after: EventPosition | null;
  /** Ends after so many events. */
  readonly limit: number | null;
  /** False: ends with the newest event there is now. */
  readonly follow: boolean;
  /** Who reads, for counting: the caller's role. */
  readonly reader?: string;
  /** The reader is given up: a connection that it leaves stuck may be closed. */
  readonly onDropped: () => void;
}

export interface EventStreams {
  open(request: StreamRequest): ReadableStream<Uint8Array>;
  /** How many are open, of this reader alone where one is given. */
  count(reader?: string): number;
}

export interface StreamOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Pick<Log, "warn">;
  /** Streams end when this fires, with all that was emitted before. */
  readonly stopping: AbortSignal;
  readonly heartbeatMs?: number;
  /** A reader is slow when it has taken nothing for so long, and what it has not read is no longer kept. */
  readonly stuckMs?: number;
}

interface Stream extends StreamRequest {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** The last event of this run that was looked at. */
  cursor: number;
  /** Events still to be sent. */
  left: number;
  /** The last event to be looked at. */
  readonly until: number;
  /** The socket has taken everything so far. */
  wants: boolean;
  busySince: number;
}

const chunkBytes = 64 * 1024;
const batchEvents = 256;
/** What a reader that is behind still gets when sexton stops. */
const lastBytes = 1024 * 1024;
const encoder = new TextEncoder();

/**
 * All open streams. None has a queue: the bus keeps the events, a stream has its place among them, and takes on when the
 * socket has taken what it was given (Bun 1.4.5 pulls only then). So a slow reader costs nothing and holds up nobody.
 */
export function createEventStreams(options: StreamOptions): EventStreams {
  const { bus, clock, log, stopping, heartbeatMs = 15_000, stuckMs = 1_000 } = options;
  const streams = new Set<Stream>();
  const lines = createLines(bus.run);
  let shared: { unlisten: () => void; timer: ReturnType<typeof setInterval> } | null = null;

  let scheduled = false;
  stopping.addEventListener("abort", () => {
    advance();
    for (const stream of [...streams]) finish(stream);
  });

  function add(stream: Stream): void {
    streams.add(stream);
    shared ??= { unlisten: bus.listen(soon), timer: setInterval(beat, heartbeatMs) };
  }

  function remove(stream: Stream): void {
    streams.delete(stream);
    if (streams.size > 0 || !shared) return;
    shared.unlisten();
    clearInterval(shared.timer);
    shared = null;
    lines.forget();
  }

  /** After whoever emits has done his work: a burst of births is looked at before it is told to a thousand streams. */
  function soon(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(advance);
  }

  function advance(): void {
    scheduled = false;
    for (const stream of streams) {
      if (stream.wants) deliver(stream);
      else if (isStuck(stream)) drop(stream);
    }
  }

  function beat(): void {
    for (const stream of streams) {
      const { heartbeat } = liveFormats[stream.format];
      if (stream.wants && heartbeat !== null) give(stream, encoder.encode(heartbeat(placeOf(stream))));
    }
  }

  const placeOf = ({ cursor }: Stream): EventPosition => ({ run: bus.run, id: cursor });

  function isStuck({ cursor, busySince }: Stream): boolean {
    return cursor + 1 < (bus.range().oldestId ?? 0) && clock() - busySince >= stuckMs;
  }

  function drop(stream: Stream): void {
    const behind = (bus.range().newestId ?? 0) - stream.cursor;
    const reason = `it reads too slowly: ${behind} events behind, of which some are no longer kept`;
    log.warn("an event stream was dropped", { reason, after: stream.cursor });
    end(stream, encoder.encode(liveFormats[stream.format].dropped(reason)));
    stream.onDropped();
  }

  function give(stream: Stream, chunk: Uint8Array): void {
    stream.wants = false;
    stream.busySince = clock();
    stream.controller.enqueue(chunk);
  }

  /** What comes next, up to `most` bytes; null when there is nothing to be sent now. */
  function next(stream: Stream, most: number): Uint8Array | null {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    const put = (event: RegisterEvent) => {
      const line = lines.of(stream.format, event);
      bytes += line.length;
      parts.push(line);
    };
    while (bytes < most && stream.left > 0 && stream.cursor < stream.until) {
      const gap = gapAfter(placeOf(stream), bus, clock());
      if (gap) {
        put(gap);
        stream.cursor = gap.id;
      }
      const batch = bus.since(stream.cursor, batchEvents);
      if (batch.length === 0) break;
      for (const event of batch) {
        if (bytes >= most || stream.left === 0 || event.id > stream.until) break;
        stream.cursor = event.id;
        if (stream.types && !stream.types.has(event.type)) continue;
        put(event);
        stream.left--;
      }
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : parts.length === 0 ? null : Buffer.concat(parts, bytes);
  }

  function deliver(stream: Stream): void {
    const chunk = next(stream, chunkBytes);
    if (chunk) give(stream, chunk);
    if (stream.left === 0 || stream.cursor >= stream.until) end(stream, null);
  }

  function finish(stream: Stream): void {
    end(stream, next(stream, lastBytes));
  }

  function end(stream: Stream, last: Uint8Array | null): void {
    remove(stream);
    if (last) stream.controller.enqueue(last);
    stream.controller.close();
  }

  return {
    count: (reader) =>
      reader === undefined ? streams.size : [...streams].filter((stream) => stream.reader === reader).length,
    open(request) {
      const newestId = bus.range().newestId ?? 0;
      let stream: Stream;
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            stream = {
              ...request,
              controller,
              cursor: request.after?.id ?? newestId,
              left: request.limit ?? Number.POSITIVE_INFINITY,
              until: request.follow ? Number.POSITIVE_INFINITY : newestId,
              wants: false,
              busySince: clock(),
            };
            add(stream);
            const gap = gapAfter(request.after ?? placeOf(stream), bus, clock());
            const from = request.after ? null : placeOf(stream);
            if (request.follow) controller.enqueue(encoder.encode(liveFormats[request.format].opening(from)));
            if (gap) {
              stream.cursor = gap.id;
              controller.enqueue(lines.of(request.format, gap));
            }
            if (stopping.aborted) finish(stream);
          },
          pull() {
            if (!streams.has(stream)) return;
            stream.wants = true;
            deliver(stream);
          },
          cancel: () => remove(stream),
        },
        { highWaterMark: 0 },
      );
    },
  };
}
