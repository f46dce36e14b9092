import { isIP } from "node:net";
import { refuse } from "#telemetry/otlp/variables.ts";

export const protocols = ["http/protobuf", "http/json", "grpc"] as const;
export type Protocol = (typeof protocols)[number];

/**
 * The endpoint as it may be shown. An invalid one is an error here, because the SDK would go on with localhost:4318.
 * gRPC may do without a scheme, or use a Unix socket.
 */
export function checkEndpoint(name: string, value: string, protocol: Protocol, insecure: boolean): string {
  if (protocol === "grpc" && /^unix:\/\/\/[^/]/.test(value)) return value;
  const bare = protocol === "grpc" && !value.includes("://");
  const url = parseUrl(bare ? `${insecure ? "http" : "https"}://${value}` : value);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    return refuse(
      name,
      value,
      protocol === "grpc" ? "http://host:4317 or https://host:4317" : "http://host:4318 or https://host:4318",
    );
  }
  if (protocol !== "grpc" && name === "OTEL_EXPORTER_OTLP_ENDPOINT" && /[?#]/.test(value)) {
    // The SDK puts /v1/traces behind all of it, so that it would be a part of the query.
    return refuse(name, value, "no query: only the endpoint of a single signal, which is taken as it is, may have one");
  }
  if (protocol === "grpc" && url.protocol === "https:" && isIP(url.hostname.replace(/^\[|\]$/g, "")) !== 0) {
    // Until Bun allows an address as a TLS server name (1.4.5 throws, Node warns): each export would fail.
    return refuse(name, value, "a host name: by an address there is no TLS for gRPC");
  }
  return `${bare ? "" : `${url.protocol}//`}${url.host}${url.pathname === "/" ? "" : url.pathname}`;
}

function parseUrl(value: string): URL | null {
  try {
    return new URL(value);
  } catch {
    return null;
  }
}
