import { signals } from "#telemetry/otel-env.ts";
import type { Collector } from "./behaviour.ts";
import type { Identity } from "./certificates.ts";
import { decodeJsonRequest, decodeRequest, encodeResponse, responseOf } from "./decode.ts";

export interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly port?: number;
  readonly identity?: Identity | undefined;
  /** PEM of the authority that clients must come from. */
  readonly clientAuthority?: string | undefined;
}

/** OTLP/HTTP: POST /v1/traces, /v1/metrics, /v1/logs with protobuf or JSON, gzip or not. */
export function serveHttp(collector: Collector, { port = 0, identity, clientAuthority }: ServerOptions): Server {
  const server = Bun.serve({
    port,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    ...(identity && {
      tls: {
        cert: identity.certificate,
        key: identity.key,
        ...(clientAuthority && { ca: clientAuthority, requestCert: true, rejectUnauthorized: true }),
      },
    }),
    async fetch(request) {
      const signal = signals.find((one) => new URL(request.url).pathname === `/v1/${one}`);
      if (signal === undefined || request.method !== "POST") return new Response("not found", { status: 404 });
      const encoding = request.headers.get("content-encoding");
      const sent = new Uint8Array(await request.arrayBuffer());
      const bytes = encoding === "gzip" ? Bun.gunzipSync(sent) : sent;
      const type = request.headers.get("content-type") ?? "";
      const isJson = type === "application/json";
      if (!isJson && type !== "application/x-protobuf") return new Response(type, { status: 415 });
      const decoded = isJson
        ? decodeJsonRequest(signal, new TextDecoder().decode(bytes))
        : decodeRequest(signal, bytes);
      const answer = await collector.receive(signal, decoded, Object.fromEntries(request.headers), encoding);
      if (answer.kind === "status") {
        const headers: Record<string, string> = {};
        if (answer.retryAfter !== undefined) headers["retry-after"] = String(answer.retryAfter);
        return new Response("a body that must not be logged", { status: answer.status, headers });
      }
      const rejected = answer.kind === "reject" ? answer.items : 0;
      const body = isJson ? JSON.stringify(responseOf(signal, rejected)) : encodeResponse(signal, rejected);
      return new Response(body, { headers: { "content-type": type } });
    },
  });
  return { port: server.port as number, stop: () => server.stop(true) };
}
