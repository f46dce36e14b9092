import { gapMs, type Sample } from "#ui/model/history.ts";

/** One line of a chart. */
export interface Series {
  readonly key: string;
  readonly name: string;
  /** As many as there are times; null where nothing is known. */
  readonly values: readonly (number | null)[];
}

export interface Plot {
  /** Seconds since the epoch. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
}

interface Line {
  readonly key: string;
  readonly name: string;
  readonly value: (sample: Sample) => number | null;
}

/** A line that is the only one of its name. */
export const line = (name: string, value: Line["value"]): Line => ({ key: name, name, value });

/** The samples, with a moment of nothing in each gap, so that no line is drawn across it. */
function withGaps(samples: readonly Sample[]): { time: number; sample: Sample | null }[] {
  return samples.flatMap((sample, index) => {
    const before = samples[index - 1];
    const here = { time: sample.time / 1000, sample };
    if (!before || sample.time - before.time <= gapMs) return [here];
    return [{ time: (before.time + 1) / 1000, sample: null }, here];
  });
}

export function plotOf(samples: readonly Sample[], lines: readonly Line[]): Plot {
  const moments = withGaps(samples);
  return {
    times: moments.map(({ time }) => time),
    series: lines.map(({ key, name, value }) => ({
      key,
      name,
      values: moments.map(({ sample }) => (sample ? value(sample) : null)),
    })),
  };
}

/** More lines than this cannot be told apart: what the smaller containers have is one line. */
const mostContainers = 7;

/** Which containers have a line of their own, always in the same order, so that one colour is one container in each chart. */
function ownLines(samples: readonly Sample[]): { key: string; name: string; peak: number }[] {
  const peaks = new Map<string, { key: string; name: string; peak: number }>();
  for (const { containers } of samples) {
    for (const [key, { name, rssBytes }] of containers) {
      peaks.set(key, { key, name, peak: Math.max(peaks.get(key)?.peak ?? 0, rssBytes) });
    }
  }
  const all = [...peaks.values()].sort((a, b) => b.peak - a.peak);
  const own = all.slice(0, all.length > mostContainers ? mostContainers - 1 : mostContainers);
  return own.sort((a, b) => a.name.localeCompare(b.name) || a.key.localeCompare(b.key));
}

/** A line for each container. */
export function plotByContainer(samples: readonly Sample[], what: "processes" | "cpuPercent" | "rssBytes"): Plot {
  const own = ownLines(samples);
  const keys = new Set(own.map(({ key }) => key));
  const lines = own.map(({ key, name }): Line => {
    return { key, name, value: ({ containers }) => containers.get(key)?.[what] ?? null };
  });
  const others = ({ containers }: Sample) => [...containers].filter(([key]) => !keys.has(key));
  if (samples.some((sample) => others(sample).length > 0)) {
    lines.push(line("others", (sample) => others(sample).reduce((total, [, container]) => total + container[what], 0)));
  }
  return plotOf(samples, lines);
}
