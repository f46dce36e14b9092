import { connect } from "node:net";

export interface RawAnswer {
  readonly text: string;
  /** Of each answer in it. */
  readonly statuses: readonly number[];
  readonly closedAfterMs: number;
}

export interface RawOptions {
  /** Sent after the first bytes, again and again. */
  readonly again?: string;
  readonly againMs?: number;
  /** Closes its own side after the first bytes, and goes on reading. */
  readonly halfClose?: boolean;
  /** Looks no longer than this, and closes. */
  readonly forMs?: number;
}

/** Sends bytes as they are, and collects what comes back until the other side closes, or `forMs` are over. */
export function sendRaw(url: string, bytes: string, options: RawOptions = {}): Promise<RawAnswer> {
  const { again, againMs = 500, halfClose = false, forMs = 1_000 } = options;
  const { hostname, port } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<RawAnswer>();
  const started = performance.now();
  let text = "";
  let timer: ReturnType<typeof setInterval> | null = null;
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true }, () => {
    socket.write(bytes, "latin1");
    if (halfClose) socket.end();
    if (again !== undefined) timer = setInterval(() => socket.write(again), againMs);
  });
  const enough = setTimeout(() => socket.destroy(), forMs);
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  socket.on("end", () => socket.destroy());
  socket.on("error", () => {});
  socket.on("close", () => {
    if (timer) clearInterval(timer);
    clearTimeout(enough);
    const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
    resolve({ text, statuses, closedAfterMs: performance.now() - started });
  });
  return promise;
}
