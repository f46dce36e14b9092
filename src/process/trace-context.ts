/** The span that something was asked for in (w3.org/TR/trace-context). */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** Bit 0: it is sampled. */
  readonly flags: number;
}

const versions = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent` header. Null for what is none: the specification says to go on as if there was none. */
export function parseTraceparent(header: string): TraceContext | null {
  const [, version, traceId, spanId, flags, more] = versions.exec(header.trim()) ?? [];
  // Later versions may add fields; this one has no more.
  if (traceId === undefined || spanId === undefined || (version === "00" && more !== undefined)) return null;
  return { traceId, spanId, flags: Number.parseInt(flags as string, 16) };
}
