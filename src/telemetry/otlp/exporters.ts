import { OTLPLogExporter as GrpcLogs } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter as JsonLogs } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufLogs } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as GrpcMetrics } from "@opentelemetry/exporter-metrics-otlp-grpc";
import { OTLPMetricExporter as JsonMetrics } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufMetrics } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as GrpcTraces } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonTraces } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufTraces } from "@opentelemetry/exporter-trace-otlp-proto";

/** The exporters read the rest from the environment themselves: endpoint, headers, compression, certificates. */
export const exporters = {
  traces: { grpc: GrpcTraces, "http/json": JsonTraces, "http/protobuf": ProtobufTraces },
  metrics: { grpc: GrpcMetrics, "http/json": JsonMetrics, "http/protobuf": ProtobufMetrics },
  logs: { grpc: GrpcLogs, "http/json": JsonLogs, "http/protobuf": ProtobufLogs },
} as const;
