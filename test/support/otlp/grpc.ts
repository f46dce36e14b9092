import * as grpc from "@grpc/grpc-js";
import { signals } from "#telemetry/otel-env.ts";
import type { Collector } from "./behaviour.ts";
import { decodeRequest, encodeResponse, grpcPath } from "./decode.ts";
import type { Server, ServerOptions } from "./http.ts";

/** What the statuses of HTTP are called in gRPC. */
const codes = {
  400: grpc.status.INVALID_ARGUMENT,
  401: grpc.status.UNAUTHENTICATED,
  429: grpc.status.RESOURCE_EXHAUSTED,
  503: grpc.status.UNAVAILABLE,
} as const;

const asIs = (bytes: Buffer) => bytes;

/** OTLP/gRPC: the three collector services with their one method each. */
export async function serveGrpc(
  collector: Collector,
  { port = 0, identity, clientAuthority }: ServerOptions,
): Promise<Server> {
  const server = new grpc.Server();
  for (const signal of signals) {
    const methods = {
      Export: {
        path: grpcPath(signal),
        requestStream: false,
        responseStream: false,
        requestDeserialize: asIs,
        requestSerialize: asIs,
        responseDeserialize: asIs,
        responseSerialize: asIs,
      },
    } as const;
    const handle: grpc.handleUnaryCall<Buffer, Buffer> = async (call, done) => {
      const { request, metadata } = call;
      const headers = Object.fromEntries(Object.entries(metadata.getMap()).map(([key, value]) => [key, String(value)]));
      const answer = await collector.receive(signal, decodeRequest(signal, request), headers, encodingOf(call));
      if (answer.kind === "status") done({ code: codes[answer.status], details: "refused by the test" });
      else done(null, Buffer.from(encodeResponse(signal, answer.kind === "reject" ? answer.items : 0)));
    };
    server.addService(methods, { Export: handle });
  }
  const authority = clientAuthority === undefined ? null : Buffer.from(clientAuthority);
  const credentials = identity
    ? grpc.ServerCredentials.createSsl(
        authority,
        [{ cert_chain: Buffer.from(identity.certificate), private_key: Buffer.from(identity.key) }],
        authority !== null,
      )
    : grpc.ServerCredentials.createInsecure();
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  return { port: bound, stop: async () => server.forceShutdown() };
}

/** @grpc/grpc-js 1.14 takes the header away and keeps what it said to itself. */
function encodingOf(call: object): string | null {
  const { incomingEncoding } = (call as { call: { incomingEncoding: string } }).call;
  return incomingEncoding === "identity" ? null : incomingEncoding;
}
