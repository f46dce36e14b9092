import fc from "fast-check";
import type { ReloadSettings } from "#policy/reload-state.ts";
import type { Happening, Script } from "./reload-world.ts";

export const runs = { numRuns: 12_000 };

export const settings: fc.Arbitrary<ReloadSettings> = fc.record({
  settleMs: fc.constantFrom(0, 100, 1_000),
  settleMostMs: fc.constantFrom(1_000, 3_000),
  minSpacingMs: fc.constantFrom(0, 0, 2_000),
  delayMs: fc.constantFrom(0, 0, 1_500),
  retry: fc.record({
    on: fc.constantFrom("failed", "unconfirmed"),
    leastMs: fc.constantFrom(500, 2_000),
    mostMs: fc.constant(8_000),
  }),
});

export const after = fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 1_500 }), fc.nat({ max: 12_000 }));
export const write = fc.record({
  kind: fc.constant("write" as const),
  after,
  content: fc.constantFrom("a", "b", "c", "xd"),
  heardAfter: fc.nat({ max: 15 }),
});
export const others: fc.Arbitrary<Happening>[] = [
  fc.record({ kind: fc.constantFrom("touch", "request", "release", "rescan"), after }),
  fc.record({ kind: fc.constant("hold" as const), after, forMs: fc.nat({ max: 20_000 }) }),
];
export const happening: fc.Arbitrary<Happening> = fc.oneof(write, write, write, ...others);

export const script = (
  happenings: fc.Arbitrary<Happening>,
  fails = [false, false, false, true],
): fc.Arbitrary<Script> =>
  fc.record({
    settings,
    happenings: fc.array(happenings, { maxLength: 14 }),
    readings: fc.array(fc.record({ ms: fc.nat({ max: 40 }), fails: fc.constantFrom(...fails) }), {
      maxLength: 12,
    }),
    runs: fc.array(
      fc.record({
        ms: fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 4_000 })),
        tellingMs: fc.oneof(fc.constant(0), fc.nat({ max: 2_000 })),
        readsAt: fc.double({ min: 0, max: 1, noNaN: true }),
        status: fc.constantFrom("confirmed" as const, "unconfirmed" as const, "failed" as const, "refused" as const),
      }),
      { maxLength: 8 },
    ),
  });
