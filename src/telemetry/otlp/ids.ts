import { type IdGenerator, RandomIdGenerator } from "@opentelemetry/sdk-trace";

export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** Random ids, but where they have been decided on before: the tracer asks for them as it starts a span. */
export interface Ids extends IdGenerator {
  /** `start` starts one span, of a trace of its own, with these ids. */
  use<T>(ids: SpanIds, start: () => T): T;
}

export function createIds(): Ids {
  const random = new RandomIdGenerator();
  let decided: SpanIds | null = null;
  return {
    generateTraceId: () => decided?.traceId ?? random.generateTraceId(),
    generateSpanId: () => decided?.spanId ?? random.generateSpanId(),
    use(ids, start) {
      decided = ids;
      try {
        return start();
      } finally {
        decided = null;
      }
    },
  };
}

/** The same ids whenever they are asked for by the same name: nothing has to be kept until they are needed again. */
export function createNamedIds(): (name: string) => SpanIds {
  const [high = 0n, low = 0n, span = 0n] = crypto.getRandomValues(new BigUint64Array(3));
  const hex = (name: string, seed: bigint) => Bun.hash.wyhash(name, seed).toString(16).padStart(16, "0");
  return (name) => ({ traceId: hex(name, high) + hex(name, low), spanId: hex(name, span) });
}
