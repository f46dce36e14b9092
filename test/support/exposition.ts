import { encodeMetrics, type MetricFamily } from "#telemetry/exposition.ts";

/** The text format 0.0.4. */
export function writeText(families: readonly MetricFamily[]): string {
  return new TextDecoder().decode(encodeMetrics(families, "text"));
}

export function writeOpenMetrics(families: readonly MetricFamily[]): string {
  return new TextDecoder().decode(encodeMetrics(families, "openMetrics"));
}

/** The samples of families that they hold, each as one line. */
export function samplesOf(families: readonly MetricFamily[]): string[] {
  return writeText(families)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** The samples of a text: the value by name and labels, as they are written. */
export function readSamples(text: string): ReadonlyMap<string, number> {
  const lines = [...text.matchAll(/^([a-z_]+(?:\{.*\})?) (\S+)$/gm)];
  return new Map(lines.map(([, series = "", value]) => [series, Number(value)]));
}
