import { describe, expect, test } from "bun:test";
import { isProblem } from "#base/errors.ts";
import { createSpacing } from "#daemon/signal-spacing.ts";
import { parseSignal } from "#process/signal.ts";

const intentOf = (name: string) =>
  ({ verb: null, signal: parseSignal(name), assumed: false, objection: null }) as never;
const settings = { allow: null, minSpacingMs: 1_000 };
const app = { pid: 7, startTicks: 70 };

function create() {
  let now = 10_000;
  const spacing = createSpacing(() => now);
  return {
    pass: (ms: number) => {
      now += ms;
    },
    claim: (to = app, name = "HUP") => spacing.claim(to, intentOf(name), settings),
    free: () => spacing.claim(app, intentOf("HUP"), { allow: null }),
  };
}

describe("the least time between two signals", () => {
  test("holds for one kind and one process, and for as long as is set", () => {
    const { claim, pass } = create();
    expect(isProblem(claim())).toBe(false);
    pass(400);
    expect(claim()).toMatchObject({
      kind: "too-many-requests",
      detail:
        "Cannot send SIGHUP to process 7: it was sent one 0.4 s ago, and signals.minSpacing is 1 s. Wait that long.",
      facts: { retryAfterSeconds: 1 },
    });
    expect(isProblem(claim(app, "TERM"))).toBe(false);
    expect(isProblem(claim({ pid: 7, startTicks: 71 }))).toBe(false);
    pass(600);
    expect(isProblem(claim())).toBe(false);
  });

  test("counts from what is about to be sent, and not from what was refused then", () => {
    const { claim, pass } = create();
    claim();
    pass(2_000);
    const second = claim();
    expect(isProblem(claim())).toBe(true);
    if (!isProblem(second)) second.giveBack();
    expect(isProblem(claim())).toBe(false);
  });

  test("is nothing by default", () => {
    const { free } = create();
    expect([free(), free()].some(isProblem)).toBe(false);
  });
});
