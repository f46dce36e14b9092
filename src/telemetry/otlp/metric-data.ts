import { type Attributes, type HrTime, ValueType } from "@opentelemetry/api";
import { AggregationTemporality, type DataPoint, DataPointType, type MetricData } from "@opentelemetry/sdk-metrics";

/** A metric as the conventions describe it. `updown` is a sum that falls too. */
export interface MetricKind {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly kind: "counter" | "updown" | "gauge";
}

export type Point = DataPoint<number>;

/** Seconds have fractions; all else that is counted here has none. */
export function metricData({ name, unit, description, kind }: MetricKind, dataPoints: Point[]): MetricData {
  const common = {
    descriptor: { name, unit, description, valueType: unit === "s" ? ValueType.DOUBLE : ValueType.INT },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints,
  };
  return kind === "gauge"
    ? { ...common, dataPointType: DataPointType.GAUGE }
    : { ...common, dataPointType: DataPointType.SUM, isMonotonic: kind === "counter" };
}

/** From when it counts until when it was looked at. */
export interface Span {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

export function point(span: Span, attributes: Attributes, value: number): Point {
  return { ...span, attributes, value };
}
