import { type Collector, createCollector } from "./behaviour.ts";
import { serveGrpc } from "./grpc.ts";
import { type Server, type ServerOptions, serveHttp } from "./http.ts";

export type Transport = "http" | "grpc";

export interface Receiver extends Pick<Collector, "items" | "requests" | "behave"> {
  /** What OTEL_EXPORTER_OTLP_ENDPOINT is to be. */
  readonly endpoint: string;
  /** Stops listening: whoever connects is refused, until it is opened again. */
  close(): Promise<void>;
  open(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A collector on a free loopback port that decodes what it is sent, keeps it, and behaves as it is told. */
export async function startReceiver(transport: Transport = "http", options: ServerOptions = {}): Promise<Receiver> {
  const collector = createCollector();
  const { items, requests, behave } = collector;
  const serve = (port: number): Promise<Server> | Server =>
    (transport === "grpc" ? serveGrpc : serveHttp)(collector, { ...options, port });
  let server: Server | null = await serve(options.port ?? 0);
  const { port } = server;
  const close = async () => {
    await server?.stop();
    server = null;
  };
  return {
    endpoint: options.identity ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    items,
    requests,
    behave,
    close,
    async open() {
      server ??= await serve(port);
    },
    async [Symbol.asyncDispose]() {
      collector.release();
      await close();
    },
  };
}
