import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createSseParser } from "#client/sse.ts";
import { liveFormats } from "#http/events/format.ts";
import type { RegisterEvent } from "#process/event.ts";

const { opening, event, heartbeat, dropped } = liveFormats.sse;
const empty = { id: null, data: null, retry: null, comment: null };
const started: RegisterEvent = {
  id: 7,
  time: 0,
  type: "process.started",
  process: null,
  data: { text: 'a: "b"\n\nc' },
  trace: null,
  cause: null,
};

describe("what the agent writes is read", () => {
  const line = event(started, "k3f9");
  const cases = [
    ["the opening", opening(null), { ...empty, retry: 1_000 }],
    ["the opening with a place", opening({ run: "k3f9", id: 5 }), { ...empty, retry: 1_000, id: "k3f9.5" }],
    ["a heartbeat", heartbeat({ run: "k3f9", id: 6 }), { ...empty, id: "k3f9.6", comment: "heartbeat" }],
    ["a drop", dropped("too slow"), { ...empty, comment: "dropped: too slow" }],
    ["an event", line, { ...empty, id: "k3f9.7", data: expect.stringContaining('"type":"process.started"') }],
  ] as const;
  test.each(cases)("%s", (_, text, block) => {
    expect(createSseParser()(text)).toEqual([block]);
  });
});

test("the same blocks come out, in whatever pieces the text comes", () => {
  const text = `${opening({ run: "k3f9", id: 5 })}${event(started, "k3f9")}${heartbeat({ run: "k3f9", id: 7 })}id: half`;
  const whole = createSseParser()(text);
  expect(whole.length).toBe(3);
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const parse = createSseParser();
      const places = [0, ...cuts.sort((a, b) => a - b), text.length];
      const pieces = places.slice(1).map((to, index) => text.slice(places[index], to));
      expect(pieces.flatMap(parse)).toEqual([...whole]);
    }),
  );
});

test("what is no field is left out", () => {
  expect(createSseParser()("retry: soon\nnonsense\nevent:x\n\n")).toEqual([empty]);
});
