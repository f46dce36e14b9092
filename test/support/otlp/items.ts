// biome-ignore lint/suspicious/noExplicitAny: the definitions say what is in it, and a test looks at little of that.
type Message = Record<string, any>;

/** A span, log record or metric data point with what stands above it in the request. */
export interface Item extends Message {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: { readonly name: string; readonly version?: string };
  readonly attributes: Readonly<Record<string, unknown>>;
}

export function spansOf(request: unknown): Item[] {
  return flatten(request, "resourceSpans", "scopeSpans", "spans").map((span) => ({
    ...span,
    links: (span["links"] ?? []).map((link: Message) => ({ ...link, attributes: readAttributes(link["attributes"]) })),
  }));
}

export function recordsOf(request: unknown): Item[] {
  return flatten(request, "resourceLogs", "scopeLogs", "logRecords");
}

/** Data points, each with the `metric` that it belongs to. */
export function pointsOf(request: unknown): Item[] {
  return flatten(request, "resourceMetrics", "scopeMetrics", "metrics").flatMap((metric) => {
    const data: Message = metric["sum"] ?? metric["gauge"] ?? metric["histogram"] ?? metric["exponentialHistogram"];
    const { resource, scope, ...rest } = metric;
    return data["dataPoints"].map((point: Message) => ({
      ...point,
      resource,
      scope,
      metric: rest,
      attributes: readAttributes(point["attributes"]),
    }));
  });
}

function flatten(request: unknown, perResource: string, perScope: string, items: string): Item[] {
  return ((request as Message)[perResource] ?? []).flatMap((group: Message) =>
    group[perScope].flatMap((scoped: Message) =>
      scoped[items].map((item: Message) => ({
        ...item,
        resource: readAttributes(group["resource"]?.attributes),
        scope: scoped["scope"],
        attributes: readAttributes(item["attributes"]),
      })),
    ),
  );
}

function readAttributes(attributes: readonly Message[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, readValue(value)]));
}

function readValue(value: Message): unknown {
  if ("intValue" in value) return Number(value["intValue"]);
  if ("arrayValue" in value) return (value["arrayValue"].values ?? []).map(readValue);
  if ("kvlistValue" in value) return readAttributes(value["kvlistValue"].values);
  return Object.values(value)[0];
}
