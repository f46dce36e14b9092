import { describe, expect, test } from "bun:test";
import { realApp } from "../../support/app.ts";
import type { Json } from "../../support/binary.ts";
import { idLines, jsonLines, ndjson, registered, sse } from "../../support/registered.ts";

describe("a reader", () => {
  // Ids 4 and 5 of 5 are kept; `lost` null: there is no gap.
  const positions = [
    { after: (run: string) => `${run}.5`, lost: null, ids: [] },
    { after: (run: string) => `${run}.4`, lost: null, ids: [5] },
    { after: (run: string) => `${run}.3`, lost: null, ids: [4, 5] },
    { after: (run: string) => `${run}.1`, lost: { from: 2, to: 3, reason: "no longer kept" }, ids: [4, 5] },
    { after: () => "1", lost: { from: 2, to: 3, reason: "no longer kept" }, ids: [4, 5] },
    { after: () => "4", lost: null, ids: [5] },
    { after: () => "6", lost: { from: 7, to: null, reason: "restarted" }, ids: [4, 5] },
    ...[0, 3, 5, 500].map((id) => ({
      after: () => `another.${id}`,
      lost: { from: id + 1, to: null, reason: "restarted", run: "another" },
      ids: [4, 5],
    })),
  ];
  test.each(positions)("goes on after a position of this run or another: %#", async ({ after, lost, ids }) => {
    const { json, live, bus } = registered({ limits: { events: 2, bytes: 100_000 } });
    const position = after(bus.run);
    const { events } = await json(`/events?after=${position}`);
    const told = lost === null ? ids : [3, ...ids];
    expect(events.map(({ id }: Json) => id)).toEqual(told);
    expect(events.filter(({ type }: Json) => type === "events.lost").map(({ data }: Json) => data)).toEqual(
      lost === null ? [] : [lost],
    );
    // The streams do the same, wherever the position is written.
    for (const headers of [{ "last-event-id": position }, {}]) {
      const after = "last-event-id" in headers ? 0 : position;
      const text = await (await live(`/events?follow=false&after=${after}`, sse, headers)).text();
      expect(idLines(text)).toEqual(told.map((id) => `id: ${bus.run}.${id}`));
    }
    const text = await (await live(`/events?follow=false&after=${position}`, ndjson)).text();
    expect(jsonLines(text).map(({ id }) => id)).toEqual(told);
  });

  test("tells of another run's gap before anything has happened in this one", async () => {
    const { json } = realApp();
    expect((await json("/events?after=another.5"))["events"]).toMatchObject([
      { id: 0, type: "events.lost", data: { from: 6, to: null, reason: "restarted", run: "another" } },
    ]);
  });

  test("says where it begins, unless the reader did: who loses it before the first event resumes there", async () => {
    const { live, bus } = registered();
    const first = async (path: string) => {
      const stream = (await live(path, sse)).body?.getReader();
      const { value } = (await stream?.read()) ?? {};
      await stream?.cancel();
      return new TextDecoder().decode(value);
    };
    expect(await first("/events")).toBe(`retry: 1000\nid: ${bus.run}.5\n\n`);
    expect(await first("/events?after=5")).toBe("retry: 1000\n\n");
  });
});
