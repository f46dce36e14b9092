import { describe, expect, test } from "bun:test";
import { listing } from "#http/events/listing.ts";
import { eventView } from "#http/views/event.ts";
import { realApp } from "../../support/app.ts";
import type { Json } from "../../support/binary.ts";

const roomy = { events: 10_000, bytes: 100_000_000 };

describe("a listing of events that is longer than a slice", () => {
  test("is the same document as one in a piece", async () => {
    const { request, bus } = realApp({ limits: roomy });
    for (let at = 0; at < 3_000; at++)
      bus.emit({ type: "signal.refused", data: { at, text: "ü€😀\n".repeat(at % 50) } });
    const whole = (after: number, until = 3_000) =>
      `${JSON.stringify({ events: bus.since(after, until - after).map(eventView), run: bus.run, ...bus.range() })}\n`;
    const asked = ["", "?after=100", "?limit=2000", "?after=500&limit=1000", "?limit=1"];
    const right = [whole(0), whole(100), whole(1_000), whole(500, 1_500), whole(2_999)];
    const answers = await Promise.all(asked.map(async (query) => (await request(`/events${query}`)).text()));
    expect(answers.map((answer, index) => answer === right[index])).toEqual(asked.map(() => true));
    const head = await request("/events", { method: "HEAD" });
    expect([head.status, head.headers.get("content-type"), await head.text()]).toEqual([200, "application/json", ""]);
  });

  test("tells in its place what is let go of before a slow reader gets there", () => {
    const { bus } = realApp({ limits: { events: 1_000, bytes: 100_000_000 } });
    const fill = () => {
      for (let at = 0; at < 1_000; at++) bus.emit({ type: "signal.refused", data: { text: "x".repeat(500) } });
    };
    fill();
    const parts = listing({ bus, clock: Date.now, types: null, gap: null, between: [1, 1_000] });
    const begin = parts.next().value as Uint8Array;
    for (let at = 0; at < 600; at++) bus.emit({ type: "config.changed" });
    const { events, newestId } = JSON.parse(Buffer.concat([begin, ...parts]).toString()) as Json;
    const ids = events.map(({ id }: Json) => id);
    const lost = events.findIndex(({ type }: Json) => type === "events.lost");
    expect(events[lost]).toMatchObject({ id: 600, data: { from: ids[lost - 1] + 1, to: 600 } });
    expect(ids.slice(lost)).toEqual(Array.from({ length: 401 }, (_, at) => 600 + at));
    expect(newestId).toBe(1_000);
  });
});
