import { contentTypes, type ExpositionFormat, encodeMetrics, type MetricFamily } from "#telemetry/exposition.ts";

export interface Scrape {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly compressed: boolean;
}

/** What a scraper may have asked for. */
export interface ScrapeRequest {
  readonly format: ExpositionFormat;
  readonly gzip: boolean;
}

/** Two Prometheus servers, or one that is impatient, cost as much as one. */
const freshMs = 1_000;
/** Less is not worth it: it goes in one packet either way. */
const leastToCompress = 1_400;
/** What the next scrape may be longer by without taking twice the memory. */
const slack = 32 * 1024;

export interface Scrapes {
  serve(request: ScrapeRequest): Scrape;
}

/** Serves metrics as text, and keeps what was written for a second: it may be megabytes, and is not wanted after that. */
export function createScrapes(families: () => readonly MetricFamily[], keepMs = freshMs): Scrapes {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  let likelySize = 0;

  function keep(key: string, make: () => Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const known = kept.get(key);
    if (known) return known;
    const made = make();
    kept.set(key, made);
    setTimeout(() => kept.delete(key), keepMs).unref();
    return made;
  }

  return {
    serve({ format, gzip }) {
      const plain = () =>
        keep(format, () => {
          const written = encodeMetrics(families(), format, likelySize);
          likelySize = written.length + slack;
          return written;
        });
      const contentType = contentTypes[format];
      const compressed = gzip && (kept.has(`${format} gzip`) || plain().length >= leastToCompress);
      // Level 1 makes a tenth of it in a millisecond or two; more would take several times as long for little.
      const body = compressed ? keep(`${format} gzip`, () => Bun.gzipSync(plain(), { level: 1 })) : plain();
      return { body, contentType, compressed };
    },
  };
}
