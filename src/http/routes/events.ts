import type { Context } from "hono";
import { accepts } from "hono/accepts";
import * as z from "zod/mini";
import { isProblem, type Problem, problem } from "#base/errors.ts";
import { text } from "#http/answer.ts";
import { type Answer, endpoint, type HttpEnv } from "#http/endpoint.ts";
import { type LiveFormatName, liveFormats } from "#http/events/format.ts";
import { gapAfter } from "#http/events/gap.ts";
import { listing } from "#http/events/listing.ts";
import { parse } from "#http/parse.ts";
import { flagSchema, position, positionSchema, prettySchema, textSchema, wholeSchema } from "#http/schemas/query.ts";
import { readTypes } from "#http/schemas/types.ts";
import type { Service } from "#http/service.ts";
import { made } from "#http/slices.ts";
import { eventTable } from "#http/views/event.ts";
import type { EventPosition } from "#process/event-position.ts";

const eventsQuery = z.strictObject({
  after: positionSchema(
    "The last event that is known, 500 or k3f9ab.500: the next ones are wanted, and whether any were lost",
  ),
  types: textSchema("Of these types only: process.exited,zombie.*"),
  limit: wholeSchema("At most so many: the next ones with after, else the newest; a stream ends after them"),
  follow: flagSchema("Stay open for what happens from now on; default for a stream, not for JSON"),
  pretty: prettySchema,
});
type Query = z.output<typeof eventsQuery>;

export const showEvents = endpoint({
  summary: "The register: what happened, and live what happens",
  tag: "Events",
  query: eventsQuery,
  handle({ c, query, service }): Answer {
    const types = readTypes(query.types);
    if (isProblem(types)) return types;
    const resumed = lastEventId(c);
    if (isProblem(resumed)) return resumed;
    const wanted = { ...query, after: resumed ?? query.after };
    const format = formatOf(c, query);
    if (format === "json" || format === "table") return snapshot(c, wanted, types, service, format);
    const headers = {
      "content-type": liveFormats[format].contentType,
      "cache-control": "no-store",
      // nginx would hold the events back until it has a buffer full of them.
      "x-accel-buffering": "no",
    };
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    const reader = c.get("caller")?.role ?? "read";
    const most = c.get("mostStreams") ?? Number.POSITIVE_INFINITY;
    if (service.streams.count(reader) >= most) {
      const detail = `Cannot open another stream: ${most} of role ${reader} are open. Close one, or allow more with limits.streams.`;
      return problem("too-many-requests", detail, { retryAfterSeconds: 5 });
    }
    const extend = (seconds: number) => c.env.extendTimeout(c.req.raw, seconds);
    // Bun closes a connection that is quiet for longer than its idle timeout; 0 is never.
    extend(0);
    const follow = query.follow ?? true;
    const stream = service.streams.open({
      format,
      types,
      after: wanted.after ?? (follow ? null : firstWanted(wanted, types, service)),
      limit: query.limit ?? null,
      follow,
      reader,
      onDropped: () => extend(droppedSeconds),
    });
    return c.body(stream, 200, headers);
  },
});

/** So long a dropped reader has for its last words. */
const droppedSeconds = 10;

type Types = Exclude<ReturnType<typeof readTypes>, Problem>;

function kept({ after, limit }: Query, types: Types, { bus, clock }: Service) {
  const gap = after === undefined ? null : gapAfter(after, bus, clock());
  const events = bus.since(gap?.id ?? after?.id ?? 0).filter(({ type }) => types === null || types.has(type));
  const most = limit ?? events.length;
  return { gap, events: after === undefined ? events.slice(Math.max(0, events.length - most)) : events.slice(0, most) };
}

/** A stream that ends with what is kept starts where the listing would. */
function firstWanted(query: Query, types: Types, service: Service): EventPosition {
  const [first] = kept(query, types, service).events;
  return { run: null, id: first ? first.id - 1 : (service.bus.range().newestId ?? 0) };
}

function snapshot(c: Context<HttpEnv>, query: Query, types: Types, service: Service, format: "json" | "table") {
  const { gap, events } = kept(query, types, service);
  if (format === "table") return text(c, eventTable(gap ? [gap, ...events] : events));
  const [first, last] = [events[0], events.at(-1)];
  const between = first && last ? ([first.id, last.id] as const) : null;
  const { bus, clock } = service;
  return made(c, listing({ bus, clock, types, gap, between }), { "content-type": "application/json" });
}

/** JSON is what is kept unless `follow` asks for more; then it comes line by line, as it happens. */
function formatOf(c: Context<HttpEnv>, { pretty, follow }: Query): LiveFormatName | "json" | "table" {
  const supports = ["application/json", "text/event-stream", "application/x-ndjson", "text/plain"];
  const accepted = accepts(c, { header: "Accept", supports, default: "application/json" });
  if (pretty ?? accepted === "text/plain") return follow ? "text" : "table";
  if (accepted === "text/event-stream") return "sse";
  if (accepted === "application/x-ndjson") return "ndjson";
  return follow ? "ndjson" : "json";
}

/** What an EventSource says when it connects again. It repeats the whole URL then, so this is the newer of the two. */
function lastEventId(c: Context<HttpEnv>): EventPosition | undefined | Problem {
  const header = c.req.header("last-event-id");
  if (header === undefined || header === "") return undefined;
  const after = parse(position, header, "query");
  return isProblem(after)
    ? problem(
        "bad-request",
        `Cannot resume after Last-Event-ID "${header.slice(0, 40)}": expected the id of an event, as a stream's "id:" has it.`,
      )
    : after;
}
