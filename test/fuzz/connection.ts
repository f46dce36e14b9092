import { type Answer, createAnswerReader } from "./answer-reader.ts";

export interface Connection {
  /** Writes pieces one after another; what an earlier request still has on its way goes first. */
  write(pieces: readonly string[]): Promise<void>;
  /** The next answer; null: the other side has closed, or `forMs` are over (`timedOut` says so). */
  read(isHead: boolean, forMs: number): Promise<Answer | null>;
  /** Once the head of an answer is there: what has come of its body when it ends, or `forMs` are over. */
  watch(forMs: number): Promise<Answer | null>;
  /** Its own side ends; what comes is still read. */
  half(): void;
  /** At once, whatever is under way. */
  close(): void;
  readonly state: { isClosed: boolean; timedOut: boolean; failure: string | null };
}

/** `address`: `127.0.0.1:9099` or the path of a socket. */
export async function openConnection(address: string): Promise<Connection> {
  const reader = createAnswerReader();
  const state: Connection["state"] = { isClosed: false, timedOut: false, failure: null };
  let changed: (() => void) | null = null;
  let waiting: Uint8Array[] = [];
  const tell = () => {
    const told = changed;
    changed = null;
    told?.();
  };
  const handlers: Bun.SocketHandler<undefined> = {
    data(_, bytes) {
      reader.push(bytes.toString("latin1"));
      tell();
    },
    drain: (socket) => flush(socket),
    end: () => closed(),
    close: () => closed(),
    error: () => closed(),
  };
  const closed = () => {
    state.isClosed = true;
    tell();
  };
  const [host = "", port = ""] = address.split(":");
  const socket = await (address.startsWith("/")
    ? Bun.connect({ unix: address, socket: handlers })
    : Bun.connect({ hostname: host, port: Number(port), socket: handlers }));

  function flush(to: Bun.Socket<undefined>): void {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const taken = Math.max(0, to.write(next));
      if (taken < next.length) return void waiting.unshift(next.subarray(taken));
    }
    tell();
  }

  const change = (forMs: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(tell, forMs);
      changed = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function until<T>(ask: () => T | null, forMs: number): Promise<T | null> {
    const deadline = performance.now() + forMs;
    for (;;) {
      try {
        const found = ask();
        if (found !== null) return found;
        if (state.isClosed) return null;
      } catch (cause) {
        state.failure = (cause as Error).message;
        return null;
      }
      const left = deadline - performance.now();
      if (left <= 0) {
        state.timedOut = true;
        return null;
      }
      await change(left);
    }
  }

  return {
    state,
    async write(pieces) {
      for (const [index, piece] of pieces.entries()) {
        // Each in a packet of its own, as far as that can be had.
        if (index > 0) await new Promise((resolve) => setImmediate(resolve));
        if (state.isClosed) return;
        waiting.push(Buffer.from(piece, "latin1"));
        if (waiting.length === 1) flush(socket);
      }
    },
    read: (isHead, forMs) =>
      until(
        () => reader.next(isHead) ?? (state.isClosed ? reader.ended() : null) ?? (isStream() ? notYet() : null),
        forMs,
      ),
    async watch(forMs) {
      const answer = await until(() => reader.next(false), forMs);
      state.timedOut = false;
      return answer ?? reader.cut();
    },
    half: () => void socket.shutdown(),
    close() {
      state.isClosed = true;
      waiting = [];
      socket.terminate();
    },
  };

  /** An answer that may never end. */
  function isStream(): boolean {
    const type = reader.head()?.headers.get("content-type") ?? "";
    const isLive = /^(text\/event-stream|application\/x-ndjson)/.test(type);
    // The table of /events that goes on has chunks; the one that ends has a length.
    const isText = type.startsWith("text/plain") && reader.head()?.headers.has("x-accel-buffering") === true;
    return reader.head()?.status === 200 && (isLive || isText);
  }

  function notYet(): Answer {
    const { status, headers } = reader.head() as { status: number; headers: Map<string, string> };
    return { status, headers, body: "", isCut: true };
  }
}
