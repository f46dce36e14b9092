const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/**
 * Reads `250ms`, `5s`, `1.5m`, `1h` and a bare number of seconds (as sleep(1) does), into milliseconds.
 * Null for everything else.
 */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text.trim());
  if (!match) return null;
  const unit = (match[2] ?? "s") as keyof typeof unitMs;
  return Math.round(Number(match[1]) * unitMs[unit]);
}

/** As `parseDuration` reads it, in the largest unit that it is whole in: 90000 is `90s`. */
export function formatDuration(ms: number): string {
  if (ms > 0 && ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  if (ms > 0 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms > 0 && ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
