import { describe, expect, test } from "bun:test";
import { createTally } from "#telemetry/otlp/tally.ts";

function setUp() {
  const lines: string[] = [];
  const line = (message: string, facts?: Readonly<Record<string, unknown>>) =>
    void lines.push(`${message} ${JSON.stringify(facts)}`);
  let now = 0;
  const tally = createTally("traces", { warn: line, info: line }, () => now);
  return {
    tally,
    lines,
    after: (ms: number) => {
      now += ms;
    },
  };
}

describe("createTally()", () => {
  test("counts each outcome", () => {
    const { tally } = setUp();
    tally.exported(5);
    tally.failed(3, "no");
    tally.dropped(2);
    expect(tally.counts()).toEqual({ exported: 5, failed: 3, rejected: 0, dropped: 2 });
    expect(tally.lastError()).toEqual({ message: "no", at: 0 });
  });

  test("what the collector refused of a batch is no part of what it took", () => {
    const { tally } = setUp();
    tally.rejected(2);
    tally.exported(5);
    tally.exported(5);
    expect(tally.counts()).toEqual({ exported: 8, failed: 0, rejected: 2, dropped: 0 });
  });

  test("tells an outage when it begins, once a minute, and when it is over", () => {
    const { tally, lines, after } = setUp();
    tally.failed(1, "refused");
    for (let second = 1; second < 60; second++) {
      after(1_000);
      tally.failed(1, "refused");
      tally.dropped(1);
    }
    expect(lines).toEqual(['telemetry is lost {"signal":"traces","items":1,"reason":"refused"}']);
    after(1_000);
    tally.failed(1, "refused");
    expect(lines[1]).toBe('telemetry is lost {"signal":"traces","items":119,"reason":"refused"}');
    tally.dropped(4);
    tally.exported(1);
    expect(lines[2]).toBe('telemetry is sent again {"signal":"traces","lostSince":4}');
    tally.exported(1);
    expect(lines).toHaveLength(3);
  });

  test("is silent while all goes well", () => {
    const { tally, lines } = setUp();
    for (let round = 0; round < 10; round++) tally.exported(100);
    expect(lines).toEqual([]);
  });

  test("a collector that fails every other time writes no line a time", () => {
    const { tally, lines, after } = setUp();
    for (let second = 0; second < 50; second++) {
      tally.failed(1, "flapping");
      tally.exported(1);
      after(1_000);
    }
    expect(lines).toHaveLength(2);
  });
});
