import { join } from "node:path";
import protobuf from "protobufjs";
import type { Signal } from "#telemetry/otel-env.ts";

// The published definitions, v1.7.0 (github.com/open-telemetry/opentelemetry-proto, Apache-2.0), as the npm package
// dd-trace 5.132.0 ships them: each in one folder, hence with shorter imports, else unchanged.
const root = protobuf.loadSync(
  ["trace_service", "metrics_service", "logs_service"].map((name) => join(import.meta.dir, "proto", `${name}.proto`)),
);

const services = { traces: "Trace", metrics: "Metrics", logs: "Logs" } as const;

function messageType(signal: Signal, kind: "Request" | "Response"): protobuf.Type {
  const name = services[signal];
  return root.lookupType(`opentelemetry.proto.collector.${name.toLowerCase()}.v1.Export${name}Service${kind}`);
}

/** The path of the gRPC method that a signal is sent by. */
export function grpcPath(signal: Signal): string {
  const name = services[signal];
  return `/opentelemetry.proto.collector.${name.toLowerCase()}.v1.${name}Service/Export`;
}

/** An export request, as the definitions have it; 64-bit integers as text, ids as hexadecimal. */
export function decodeRequest(signal: Signal, bytes: Uint8Array): unknown {
  const type = messageType(signal, "Request");
  return plain(type.toObject(type.decode(bytes), { longs: String }));
}

/** OTLP's JSON is protobuf's, but with ids in hexadecimal. Read by the same definitions: what they do not know is lost. */
export function decodeJsonRequest(signal: Signal, text: string): unknown {
  const type = messageType(signal, "Request");
  const value = JSON.parse(text, (key, value) => (isId(key) ? Buffer.from(value, "hex") : value));
  return plain(type.toObject(type.fromObject(value), { longs: String }));
}

const rejectedFields = { traces: "rejectedSpans", metrics: "rejectedDataPoints", logs: "rejectedLogRecords" } as const;

/** What a collector answers; with a number when it refuses so many of the items. */
export function encodeResponse(signal: Signal, rejected: number): Uint8Array {
  return messageType(signal, "Response").encode(responseOf(signal, rejected)).finish();
}

export function responseOf(signal: Signal, rejected: number): Record<string, unknown> {
  return rejected === 0 ? {} : { partialSuccess: { [rejectedFields[signal]]: rejected, errorMessage: "too old" } };
}

function isId(key: string): boolean {
  return key === "traceId" || key === "spanId" || key === "parentSpanId";
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
