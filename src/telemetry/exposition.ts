import { createPage } from "#telemetry/page.ts";

/** A metric with its samples. `name` is as the text format has it, with the `_total` of a counter and the `_info` of an info. */
export type MetricFamily = PlainFamily | HistogramFamily;

interface Named {
  readonly name: string;
  readonly help: string;
}

interface PlainFamily extends Named {
  readonly type: "gauge" | "counter" | "info";
  readonly samples: Iterable<Sample>;
}

interface HistogramFamily extends Named {
  readonly type: "histogram";
  readonly samples: readonly Distribution[];
}

export interface Sample {
  /** Labels as `writeLabels` wrote them, before the others: a process's own are the same in a dozen families. */
  readonly common?: string;
  readonly labels?: Labels;
  readonly value: number;
}

export interface Distribution {
  readonly labels?: Labels;
  /** How many values are not above each bound, bounds ascending; `count` is the bucket without one. */
  readonly buckets: readonly { readonly bound: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number;
}

export type Labels = Readonly<Record<string, string>>;

/** `text`: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4 · `openMetrics`: its specification, 1.0. */
export type ExpositionFormat = "text" | "openMetrics";

export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/**
 * Line by line into bytes: megabytes of text, and the pieces that it is made of, would be garbage of each scrape. `size`
 * is how many it is likely to be.
 */
export function encodeMetrics(
  families: readonly MetricFamily[],
  format: ExpositionFormat,
  size?: number,
): Uint8Array<ArrayBuffer> {
  const page = createPage(size);
  for (const family of families) writeFamily(family, format, page.put);
  if (format === "openMetrics") page.put("# EOF\n");
  return page.bytes();
}

/** `pid="17",name="nginx"`. The formats have the same escapes here. */
export function writeLabels(labels: Labels): string {
  let text = "";
  for (const name in labels) text += `${text === "" ? "" : ","}${name}="${escapeValue(labels[name] as string)}"`;
  return text;
}

type Put = (text: string) => void;

function writeFamily(family: MetricFamily, format: ExpositionFormat, put: Put): void {
  const { name } = family;
  put(head(family, format));
  if (family.type === "histogram") {
    for (const sample of family.samples) put(writeDistribution(name, sample, format));
  } else {
    for (const { common = "", labels, value } of family.samples) put(line(name, join(common, labels), value));
  }
}

/** OpenMetrics names the family without the suffix that its samples have, and the unit that its name ends in. */
function head({ name, type, help }: MetricFamily, format: ExpositionFormat): string {
  if (format === "text") {
    const shown = type === "info" ? "gauge" : type;
    return `# HELP ${name} ${help.replace(/[\\\n]/g, escaped)}\n# TYPE ${name} ${shown}\n`;
  }
  const family = name.replace(suffixes[type], "");
  const unit = /_(seconds|bytes|ratio)$/.exec(family)?.[1];
  const unitLine = unit === undefined ? "" : `# UNIT ${family} ${unit}\n`;
  return `# HELP ${family} ${escapeValue(help)}\n# TYPE ${family} ${type}\n${unitLine}`;
}

const suffixes = { counter: /_total$/, info: /_info$/, gauge: /$^/, histogram: /$^/ } as const;

function writeDistribution(
  name: string,
  { labels, buckets, count, sum }: Distribution,
  format: ExpositionFormat,
): string {
  const own = join("", labels);
  const bucket = (bound: string, below: number) => line(`${name}_bucket`, join(own, { le: bound }), below);
  const bounds = buckets.map(({ bound, count: below }) => bucket(boundText(bound, format), below)).join("");
  return `${bounds}${bucket("+Inf", count)}${line(`${name}_sum`, own, sum)}${line(`${name}_count`, own, count)}`;
}

/** A bound is a label's value, so that its spelling counts: OpenMetrics wants `1.0`, the text format has always had `1`. */
function boundText(bound: number, format: ExpositionFormat): string {
  return format === "openMetrics" && Number.isInteger(bound) ? bound.toFixed(1) : `${bound}`;
}

function line(name: string, labels: string, value: number): string {
  return labels === "" ? `${name} ${number(value)}\n` : `${name}{${labels}} ${number(value)}\n`;
}

function join(common: string, labels: Labels | undefined): string {
  if (labels === undefined) return common;
  const own = writeLabels(labels);
  return common === "" || own === "" ? common + own : `${common},${own}`;
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : `${value}`;
}

function escapeValue(value: string): string {
  return /[\\\n"]/.test(value) ? value.replace(/[\\\n"]/g, escaped) : value;
}

function escaped(character: string): string {
  return character === "\n" ? "\\n" : `\\${character}`;
}
