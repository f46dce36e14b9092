export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The smallest value that `percent` of all do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN;
}

/**
 * The median over the rounds of one measure against another. Within a round both met the same machine; whatever
 * slowed a whole round down cancels out.
 */
export function medianRatio(above: readonly number[], below: readonly number[]): number {
  return median(above.map((value, round) => value / (below[round] ?? Number.NaN)));
}

/** Columns as wide as their widest cell; the first is aligned to the left, numbers to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "),
    )
    .join("\n");
}

/** A budget, and what was measured for it; NaN when it could not be. */
export interface Check {
  readonly text: string;
  readonly value: number;
  readonly unit: string;
  readonly kept: (value: number) => boolean;
}

/** Prints a line for each that could be measured; whether all of these were kept. */
export function judge(checks: readonly Check[]): boolean {
  const measured = checks.filter(({ value }) => !Number.isNaN(value));
  for (const { text, value, unit, kept } of measured) {
    console.log(`${kept(value) ? "pass" : "FAIL"}  ${text}: ${value.toFixed(2)}${unit}`);
  }
  return measured.every(({ value, kept }) => kept(value));
}

export const under = (limit: number) => (value: number) => value < limit;
export const atLeast = (limit: number) => (value: number) => value >= limit;

/** A benchmark's argument that is a whole number from 1, or its default. */
export function wholeArgument(args: readonly string[], fallback: number, what: string): number {
  const [text = `${fallback}`, ...more] = args;
  if (more.length > 0 || !/^[1-9]\d{0,4}$/.test(text)) {
    throw new Error(`Cannot run with ${JSON.stringify(args.join(" "))}: expected ${what}`);
  }
  return Number(text);
}
