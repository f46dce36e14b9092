import type { MetricData } from "@opentelemetry/sdk-metrics";
import { configMetrics, contentHelp, contentLabels, type WatchFigures } from "#telemetry/config-metrics.ts";
import { metricData, point, type Span } from "#telemetry/otlp/metric-data.ts";

/** The watches as they are at the export. The hash is on a gauge, so that one without a reload can be found by it too. */
export function configData(watches: readonly WatchFigures[], span: Span): MetricData[] {
  const attributesOf = ({ state }: WatchFigures) => ({ "sexton.watch": state.settings.name });
  const info = watches.flatMap((figures) => {
    const content = contentLabels(figures.state);
    if (content === null) return [];
    const { hash, generation } = content;
    const generationOf = generation === "" ? {} : { "sexton.config.generation": generation };
    return [point(span, { ...attributesOf(figures), "sexton.config.hash": hash, ...generationOf }, 1)];
  });
  const kind = { name: "sexton.config.info", unit: "1", kind: "gauge", description: contentHelp } as const;
  return [
    metricData(kind, info),
    ...configMetrics.map(({ otel, help, read }) => {
      const points = watches.flatMap((figures) => {
        const value = read(figures);
        return value === null ? [] : [point(span, attributesOf(figures), value)];
      });
      return metricData({ ...otel, description: help }, points);
    }),
  ];
}
