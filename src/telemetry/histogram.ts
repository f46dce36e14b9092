import { type Distribution, type Labels, type MetricFamily, writeLabels } from "#telemetry/exposition.ts";

export interface Histogram {
  observe(value: number, labels?: Labels): void;
  family(): MetricFamily;
}

interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Ascending. */
  readonly bounds: readonly number[];
}

interface Series {
  readonly labels: Labels;
  /** How many values fell between a bound and the one before it. */
  readonly counts: number[];
  count: number;
  sum: number;
}

/** How values are distributed. Labels must come from a closed set: each combination is kept for good. */
export function createHistogram({ name, help, bounds }: HistogramOptions): Histogram {
  const all = new Map<string, Series>();

  function seriesOf(labels: Labels): Series {
    const key = writeLabels(labels);
    const series = all.get(key) ?? { labels, counts: bounds.map(() => 0), count: 0, sum: 0 };
    all.set(key, series);
    return series;
  }

  return {
    observe(value, labels = {}) {
      const series = seriesOf(labels);
      const index = bounds.findIndex((bound) => value <= bound);
      if (index >= 0) series.counts[index] = (series.counts[index] as number) + 1;
      series.count++;
      series.sum += value;
    },
    family: () => ({ name, help, type: "histogram", samples: [...all.values()].map(distribution) }),
  };

  function distribution({ labels, counts, count, sum }: Series): Distribution {
    let below = 0;
    const buckets = bounds.map((bound, index) => {
      below += counts[index] as number;
      return { bound, count: below };
    });
    return { labels, buckets, count, sum };
  }
}
