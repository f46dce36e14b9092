import { expect, test } from "bun:test";
import { createPatience } from "#telemetry/otlp/patience.ts";

const asks = (ms: number) => `Export retry time ${ms}ms exceeds remaining timeout 3000ms, not retrying further.`;

test("the longest that was asked for holds, and ends", () => {
  let now = 1_000;
  const patience = createPatience(() => now);
  expect(patience.restMs()).toBe(0);
  expect(patience.hear(asks(10_000))).toBe(true);
  expect(patience.hear(asks(4_000))).toBe(true);
  now += 3_000;
  expect(patience.restMs()).toBe(7_000);
  now += 8_000;
  expect(patience.restMs()).toBe(0);
});

test("nobody is left alone for longer than five minutes, nor when the clock is set back", () => {
  let now = 0;
  const patience = createPatience(() => now);
  patience.hear(asks(86_400_000));
  expect(patience.restMs()).toBe(300_000);
  now -= 3_600_000;
  expect(patience.restMs()).toBe(300_000);
});

test("what else the SDK says is somebody else's", () => {
  const patience = createPatience(() => 0);
  expect(patience.hear("Export failed after maximum retry attempts (5).")).toBe(false);
  expect(patience.restMs()).toBe(0);
});
