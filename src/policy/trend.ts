/** A count at a time, in milliseconds on a clock that only goes forward. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** How a count moves; 0 where its moves cannot be told from chance. */
export interface Trend {
  readonly perSecond: number;
}

/** Less history than this tells nothing: a minute, and seven points of it. */
const leastMs = 60_000;
const leastPoints = 7;
/** Standard deviations of the Mann-Kendall statistic: one series in 200 without a trend goes this far up. */
const significantZ = 2.58;
/** A trend that has moved the count by less than two in all is not worth an extrapolation. */
const leastChange = 2;

/**
 * The slope by Theil and Sen: the median of the slopes between all pairs of points. Up to 29 % of the points may be
 * anything (a cron job's burst, a pool that was restarted) without moving it, where least squares would follow the last
 * burst. Whether it is a trend at all is told by the test of Mann and Kendall, which counts the same pairs; and it must
 * go on in the newer half of the points, or an app that was scaled up once would be a leak. Null until there is enough
 * history.
 */
export function trendOf(points: readonly Point[]): Trend | null {
  const spanMs = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0);
  if (points.length < leastPoints || spanMs < leastMs) return null;
  const perMs = theilSen(points);
  const goesOn = Math.sign(theilSen(points.slice(points.length >> 1))) === Math.sign(perMs);
  const isLarge = Math.abs(perMs) * spanMs >= leastChange;
  const isTrend = goesOn && isLarge && kendallZ(points.map(({ value }) => value)) >= significantZ;
  return { perSecond: isTrend ? perMs * 1_000 : 0 };
}

/** The median slope, in units a millisecond; points of the same time tell none. */
export function theilSen(points: readonly Point[]): number {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (const [index, from] of points.entries()) {
    for (let other = index + 1; other < points.length; other++) {
      const to = points[other] as Point;
      if (to.at !== from.at) slopes[count++] = (to.value - from.value) / (to.at - from.at);
    }
  }
  if (count === 0) return 0;
  const sorted = slopes.subarray(0, count).sort();
  const middle = count >> 1;
  const upper = sorted[middle] as number;
  return count % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** |Z| of Mann-Kendall, with the correction for ties: Gilbert, Statistical Methods for Environmental Pollution, 16.4. */
function kendallZ(values: readonly number[]): number {
  let sum = 0;
  for (const [index, from] of values.entries()) {
    for (let other = index + 1; other < values.length; other++) sum += Math.sign((values[other] as number) - from);
  }
  const spread = (n: number) => n * (n - 1) * (2 * n + 5);
  const ties = [...Map.groupBy(values, (value) => value).values()];
  const variance = (spread(values.length) - ties.reduce((all, { length }) => all + spread(length), 0)) / 18;
  return variance <= 0 ? 0 : (Math.abs(sum) - 1) / Math.sqrt(variance);
}
