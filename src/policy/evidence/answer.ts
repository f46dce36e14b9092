/**
 * The value at `field` of an answer over HTTP: a place in JSON, `data.items.0.name`, or the sum of a metric's samples in the
 * text that Prometheus reads; the whole of it without a field. Null: it is not in there.
 */
export function answerValue(body: string, field: string | null): string | null {
  if (field === null) return body.trim();
  const first = body.trimStart()[0];
  if (first === "{" || first === "[") return jsonValue(body, field);
  return metricValue(body, field);
}

function jsonValue(body: string, field: string): string | null {
  try {
    let value = JSON.parse(body) as unknown;
    for (const key of field.split(".")) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return null;
      value = (value as Record<string, unknown>)[key];
    }
    return typeof value === "string" ? value : JSON.stringify(value);
  } catch {
    return null;
  }
}

/** `name 1`, `name{label="a } b"} 1 1700000000`: text format 0.0.4 and OpenMetrics alike. */
function metricValue(body: string, name: string): string | null {
  let sum: number | null = null;
  for (const line of body.split("\n")) {
    if (!line.startsWith(name)) continue;
    const match = /^[ \t]+(\S+)/.exec(line.slice(afterLabels(line, name.length)));
    const value = match ? Number(match[1]) : Number.NaN;
    if (!Number.isNaN(value)) sum = (sum ?? 0) + value;
  }
  return sum === null ? null : String(sum);
}

/** Where `{label="a } b"}` ends that starts at `start`; `start` where there are no labels, the end where they do not end. */
function afterLabels(line: string, start: number): number {
  if (line[start] !== "{") return start;
  let isQuoted = false;
  for (let at = start; at < line.length; at++) {
    const char = line[at];
    if (isQuoted && char === "\\") at++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === "}" && !isQuoted) return at + 1;
  }
  return line.length;
}
