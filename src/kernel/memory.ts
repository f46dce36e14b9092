import { ptr } from "bun:ffi";

/**
 * A buffer that C may write to. Only this file makes them, because both ways of making one by hand go wrong:
 * `ptr()` of a small typed array goes stale once the caller is JIT-compiled (oven-sh/bun#32054, still so in
 * Bun 1.4.5; a view over an ArrayBuffer of its own does not), and a buffer that only the kernel still knows is
 * collected while the kernel writes to it. Hence the explicit ArrayBuffer, and hence `kept`.
 */
export interface Memory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly buffer: Buffer;
  readonly pointer: number;
}

const kept: Memory[] = [];

/** Allocates for the life of the process: call it for a fixed number of buffers, at start, never per request. */
export function memory(size: number): Memory {
  const arrayBuffer = new ArrayBuffer(size);
  const bytes = new Uint8Array(arrayBuffer);
  const made = {
    bytes,
    view: new DataView(arrayBuffer),
    buffer: Buffer.from(arrayBuffer),
    pointer: ptr(bytes) as number,
  };
  kept.push(made);
  return made;
}
