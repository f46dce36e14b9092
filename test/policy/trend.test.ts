import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Point, theilSen, trendOf } from "#policy/trend.ts";

/** One point every ten seconds, as the sampling has them. */
const every10s = (values: readonly number[]): Point[] => values.map((value, index) => ({ at: index * 10_000, value }));
const series = (length: number, valueAt: (index: number) => number) =>
  every10s(Array.from({ length }, (_, i) => valueAt(i)));

describe("theilSen()", () => {
  test("finds the slope of a line of which a quarter of the points are anything", () => {
    const slope = fc.integer({ min: -50, max: 50 });
    const outliers = fc.array(fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: -100_000, max: 100_000 })), {
      maxLength: 15,
    });
    fc.assert(
      fc.property(slope, outliers, (tasksPerSample, outliers) => {
        const points = series(61, (index) => 500 + tasksPerSample * index);
        for (const [index, value] of outliers) points[index] = { at: index * 10_000, value };
        expect(theilSen(points)).toBeCloseTo(tasksPerSample / 10_000, 9);
      }),
    );
  });

  test("takes points as they come, also two of one time", () => {
    expect(theilSen([])).toBe(0);
    expect(theilSen([{ at: 5, value: 1 }])).toBe(0);
    expect(
      theilSen([
        { at: 0, value: 0 },
        { at: 0, value: 9 },
        { at: 10, value: 20 },
      ]),
    ).toBeCloseTo(1.55, 9);
  });
});

describe("trendOf()", () => {
  test.each([
    ["nothing", []],
    ["six points", series(6, (index) => index * 10)],
    ["seven points within half a minute", series(7, (index) => index).map(({ at, value }) => ({ at: at / 2, value }))],
  ])("knows nothing of %s", (_, points) => {
    expect(trendOf(points)).toBeNull();
  });

  test.each([
    ["a line after one minute", series(7, (index) => 20 + index), 0.1],
    ["a falling line", series(30, (index) => 400 - 2 * index), -0.2],
    ["a leak under a cron job's bursts", series(60, (index) => 50 + index + (index % 6 === 0 ? 80 : 0)), 0.1],
    ["a staircase", every10s([20, 20, 20, 22, 22, 22, 24, 24]), 0.065],
    ["a leak with noise", series(60, (index) => 50 + index + ((index * 7) % 5)), 0.1],
  ])("finds %s", (_, points, perSecond) => {
    expect(trendOf(points)?.perSecond).toBeCloseTo(perSecond, 2);
  });

  test.each([
    ["no change", series(60, () => 50)],
    ["a pool that breathes", series(60, (index) => 50 + ((index * 7) % 11))],
    ["one burst at the end", series(60, (index) => (index > 57 ? 180 : 50))],
    ["an app that has started its workers", series(60, (index) => Math.min(20 + index * 10, 60))],
    ["one process more", series(60, (index) => (index > 30 ? 51 : 50))],
  ])("takes %s for no trend", (_, points) => {
    expect(trendOf(points)).toEqual({ perSecond: 0 });
  });

  test("takes no step for a trend, however high and wherever it is", () => {
    const lengths = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(lengths, fc.integer({ min: -500, max: 500 }), ([before, after], step) => {
        fc.pre(before + after >= 7);
        const points = series(before + after, (index) => (index < before ? 500 : 500 + step));
        expect(trendOf(points)?.perSecond).toBeCloseTo(0, 12);
      }),
    );
  });

  test("calls one in fifty series of chance a trend, at most", () => {
    // A fixed generator (Park and Miller), so that the figure is the same at every run.
    let state = 42;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const found = Array.from({ length: 500 }, () => trendOf(series(60, () => 50 + Math.round(random() * 40))));
    expect(found.filter((trend) => trend?.perSecond !== 0).length).toBeLessThanOrEqual(10);
  });

  test("is the same, turned around, for a series that is turned around", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 500 }), { minLength: 7, maxLength: 61 }), (values) => {
        const up = trendOf(every10s(values))?.perSecond ?? Number.NaN;
        const down = trendOf(every10s(values.map((value) => 500 - value)))?.perSecond ?? Number.NaN;
        expect(up + down).toBeCloseTo(0, 9);
      }),
    );
  });
});
